-- Prints the same wherever it runs; files are made below the directory that is
-- the first argument.
local dir = arg[1]

local words = {}
for w in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do
    words[#words + 1] = w
end
table.sort(words)
print(table.concat(words, " "))
print(("x=%d y=%5.2f z=%q"):format(3, 2 / 3, "a\nb"))
print(string.pack("<i4d", 7, 1.5):byte(1, -1))
print(math.maxinteger, math.mininteger // -1, 7 // -2, 7 % -2, 2 ^ 0.5)
print(#("\u{10FFFF}"), utf8.codepoint("é"), utf8.len("naïve"))

-- Errors through C frames, coroutines and metamethods.
local function nest(n)
    if n == 0 then error({code = 42}) end
    local ok, e = pcall(nest, n - 1)
    error(e)
end
local ok, e = pcall(nest, 50)
print(ok, e.code)
print(pcall(string.rep))
print(select(2, xpcall(function() local x = nil; return x.y end,
                       function(m) return "handled " .. m:match(":.*") end)))
local co = coroutine.wrap(function(a)
    for i = 1, 5 do a = a + coroutine.yield(a * i) end
    error("done", 0)
end)
print(co(1), co(2), co(3), pcall(co, 4))
local gathered = {}
table.sort({5, 2, 8, 1}, function(a, b)
    gathered[#gathered + 1] = a
    return a < b
end)
print(#gathered > 0)
print(pcall(table.sort, {3, 1, 2}, function() error("in sort", 0) end))

-- Garbage.
local weak = setmetatable({}, {__mode = "v"})
for i = 1, 1000 do weak[i] = {} end
collectgarbage()
print(next(weak))
local closed = {}
do
    local c <close> = setmetatable({}, {__close = function()
        closed[#closed + 1] = "closed"
    end})
end
print(closed[1])

-- Files.
local name = dir .. "/lua.txt"
local f = assert(io.open(name, "w"))
for i = 1, 1000 do f:write(i, " ", i * i, "\n") end
f:close()
local sum = 0
for a, b in io.lines(name, "n", "n") do sum = sum + a + b end
print(sum)
f = assert(io.open(name, "r+"))
print(f:seek("end"), f:seek("set", 10), f:read(5))
f:close()
print(os.rename(name, dir .. "/kept.txt"))
print((select(2, io.open(name))))
print(os.remove(name) == nil, os.getenv("NOT_SET"), os.getenv("SET"))
local t = os.time({year = 2020, month = 2, day = 29, hour = 12})
print(os.date("!%Y-%m-%d", t))

-- Enough work to see that it ends with the same.
local sieve, count = {}, 0
for i = 2, 200000 do
    if not sieve[i] then
        count = count + 1
        for j = i * i, 200000, i do sieve[j] = true end
    end
end
print(count)
os.exit(7)
