# Classes, dictionaries, strings, sorting: a day in the life of an interpreter.
import sys
import time


class Account:
    def __init__(self, name, balance):
        self.name = name
        self.balance = balance

    def pay(self, other, amount):
        self.balance -= amount
        other.balance += amount


def work(rounds):
    accounts = {f"acct-{i:03}": Account(f"acct-{i:03}", 1000)
                for i in range(100)}
    names = sorted(accounts)
    seed = 1
    for _ in range(rounds):
        seed = (seed * 1103515245 + 12345) % 2**31
        a, b = names[seed % 100], names[seed // 128 % 100]
        accounts[a].pay(accounts[b], seed % 50)
    text = ",".join(f"{n}={accounts[n].balance}" for n in names)
    words = sorted(text.replace("=", " ").split(","), key=lambda w: w[::-1])
    return sum(i * len(w) + ord(w[-1]) for i, w in enumerate(words))


start = time.perf_counter()
total = work(int(sys.argv[1]))
print(f"checksum={total:016x} ms={(time.perf_counter() - start) * 1e3:.3f}")
