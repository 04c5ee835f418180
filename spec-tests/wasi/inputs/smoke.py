# Prints the same wherever it runs; its argument is a directory for files.
import collections, csv, datetime, decimal, fractions, functools, hashlib
import io, itertools, json, os, random, re, statistics, string, struct, sys
import textwrap, unicodedata, zlib

work = sys.argv[1]
data = {"a": [1, 2.5, None], "b": {"c": "\u00e9"}, "big": 2 ** 100}
assert json.loads(json.dumps(data)) == data
print(json.dumps(data, sort_keys=True))
print(re.sub(r"(?P<a>\w+) (?P<b>\w+)", r"\g<b> \g<a>", "hello world, and so on"))
packed = zlib.compress(b"abc" * 10000, 9)
print(len(packed), zlib.crc32(packed), zlib.decompress(packed)[:4])
decimal.getcontext().prec = 50
print(decimal.Decimal(2).sqrt(), fractions.Fraction(1, 3) + fractions.Fraction(1, 6))
print(hashlib.sha256(b"wasm" * 1000).hexdigest(), hashlib.md5(b"").hexdigest())
print(datetime.date(2020, 2, 29) + datetime.timedelta(days=365))
print(struct.pack("<hiq", 1, -2, 3), unicodedata.name("é"))
random.seed(42)
print([random.randrange(1000) for _ in range(5)], statistics.stdev([1, 2, 4]))
print(collections.Counter("mississippi").most_common(2))
print(list(itertools.islice(itertools.permutations("abc"), 3)))
print(textwrap.fill("word " * 20, 30))
out = io.StringIO()
csv.writer(out).writerows([["a", "b,c"], ['"', 1]])
print(repr(out.getvalue()))

with open(os.path.join(work, "lines"), "w") as f:
    f.writelines(f"line {n}\n" for n in range(1000))
with open(os.path.join(work, "lines"), "rb") as f:
    f.seek(-9, os.SEEK_END)
    print(f.read(), f.tell())
os.makedirs(os.path.join(work, "d", "e"))
os.rename(os.path.join(work, "lines"), os.path.join(work, "d", "moved"))
os.link(os.path.join(work, "d", "moved"), os.path.join(work, "linked"))
os.symlink("linked", os.path.join(work, "symbolic"))
print([(r[len(work):], sorted(d), sorted(f)) for r, d, f in os.walk(work)])
print(os.stat(os.path.join(work, "linked")).st_size,
      os.path.islink(os.path.join(work, "symbolic")),
      os.readlink(os.path.join(work, "symbolic")))
for wrong in ("missing", "d"):
    try:
        open(os.path.join(work, wrong))
    except OSError as e:
        print(type(e).__name__, e.strerror)
try:
    os.rmdir(os.path.join(work, "d"))
except OSError as e:
    print(type(e).__name__)

def depth(n):
    return depth(n + 1)
try:
    depth(0)
except RecursionError as e:
    print(type(e).__name__)
print(sum(n * n % 7 for n in range(300000)))
print(os.environ.get("SET"), os.environ.get("NOT_SET"), sys.stdin.read())
sys.exit(9)
