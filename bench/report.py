"""Results as a Markdown table and an SVG chart."""

import os

from measure import geomean


def ratio(results, kernel, engine):
    entry = results["kernels"][kernel].get(engine, {})
    return entry["ratio"]["median"] if "ratio" in entry else None


def common_kernels(results, engine):
    """Kernels that this engine ran."""
    return [k for k in results["kernels"] if ratio(results, k, engine)]


def cell(results, kernel, engine):
    entry = results["kernels"][kernel].get(engine, {})
    if "ratio" not in entry:
        return "-"
    r = entry["ratio"]
    return f"{r['median']:.2f} ±{r['spread'] * 50:.0f}%"


def pair_rows(results):
    """Our engines against each peer over the kernels both ran."""
    ours = [e for e in results["engines"] if e.startswith("wasmc")]
    rows = []
    for us in ours:
        for peer in results["engines"]:
            if peer in ours:
                continue
            both = [k for k in results["kernels"]
                    if ratio(results, k, us) and ratio(results, k, peer)]
            if not both:
                continue
            gains = {k: ratio(results, k, peer) / ratio(results, k, us)
                     for k in both}
            worst = min(gains, key=gains.get)
            rows.append(f"| {peer}'s time / {us}'s | "
                        f"{geomean(list(gains.values())):.2f} | "
                        f"{gains[worst]:.2f} ({worst}) | {len(both)} |")
    return rows


def markdown(results):
    m = results["machine"]
    present = [e for e in results["engines"] if e not in results["absent"]]
    lines = [
        f"Commit {results['commit']}, {m['date']}, {m['cpu']}, {m['cores']} "
        f"cores, load {m['load'][0]:.2f} at the start; medians of "
        f"{results['rounds']} interleaved rounds.", "",
        "Time relative to native (lower is better; ± half the interquartile "
        "range):", "",
        "| kernel | native ms | " + " | ".join(present) + " |",
        "|---|---:|" + "---:|" * len(present),
    ]
    for k, entry in results["kernels"].items():
        cells = " | ".join(cell(results, k, e) for e in present)
        lines.append(f"| {k} | {entry['native']['ms']['median']:.1f} | "
                     f"{cells} |")
    means = " | ".join(
        f"**{geomean([ratio(results, k, e) for k in common_kernels(results, e)]):.2f}**"
        if common_kernels(results, e) else "-" for e in present)
    lines += [f"| **geomean** | | {means} |", ""]
    if results["absent"]:
        lines += ["Not on this machine: " + ", ".join(results["absent"]) + ".",
                  ""]
    lines += ["| pair | geomean | worst kernel | kernels |",
              "|---|---:|---:|---:|", *pair_rows(results), "",
              *program_rows(results), *embedding_rows(results)]
    return "\n".join(lines)


def program_rows(results):
    present = [e for e in results["engines"] if e not in results["absent"]]
    if not results["programs"]:
        return []
    lines = ["Real programs, ms (peak MiB of the process):", "",
             "| program | " + " | ".join(present) + " |",
             "|---|" + "---:|" * len(present)]
    for name, entry in results["programs"].items():
        cells = []
        for e in present:
            row = entry.get(e, {})
            cells.append(f"{row['ms']['median']:.0f} ±"
                         f"{row['ms']['spread'] * 50:.0f}% "
                         f"({row['peak_mib']:.0f})" if "ms" in row else "-")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    if results["programs_missing"]:
        lines += ["", "Left out, not found: " +
                  ", ".join(results["programs_missing"]) + "."]
    return lines + [""]


def rate(what, value, code_bytes):
    """Of a cost in ms or bytes, in relation to the code section."""
    if what == "code":
        return f"{value / code_bytes:.2f} bytes per byte of code"
    return f"{code_bytes / value / 1e3:.1f} MB of code/s"


def embedding_rows(results):
    embedding = results["embedding"]
    if not embedding:
        return []
    lines = ["Embedding:", "", "| what | cost |", "|---|---:|"]
    for what, row in embedding["costs"].items():
        lines.append(f"| {what} | {row['value']:.1f} {row['unit']} |")
    lines += ["", "Large modules, one thread (load: validated, functions "
              "compiled at their first call; compile: all at once, "
              "validation included; copy+compile: of bytes that are copied "
              "first, as V8 does too):", "",
              "| module | engine | what | cost | rate |",
              "|---|---|---|---:|---:|"]
    for name, module in embedding["modules"].items():
        for engine, rows in module["engines"].items():
            for what, row in rows.items():
                if row["value"] is not None:
                    lines.append(
                        f"| {name} | {engine} | {what} | "
                        f"{row['value']:.1f} {row['unit']} | "
                        f"{rate(what, row['value'], module['code_bytes'])} |")
    return lines + [""]


COLOURS = ("#1f6f4a", "#d98c21", "#3b6fb5", "#9c4f96", "#7a7a7a", "#b5463b",
           "#55a0a8", "#8a7b2a", "#4d4d8f")


def bar(x, y, width, colour, title):
    return (f'<rect x="{x}" y="{y:.1f}" width="{width:.1f}" height="8" '
            f'fill="{colour}"><title>{title}</title></rect>')


def svg(results):
    """Bars of time relative to native, logarithmic, one group a kernel."""
    from math import log2
    present = [e for e in results["engines"] if e not in results["absent"]]
    left, top, unit = 110, 40 + 16 * ((len(present) + 3) // 4), 90
    group = 10 * len(present) + 12
    names = list(results["kernels"]) + ["geomean"]
    height = top + group * len(names) + 30
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="720" '
           f'height="{height}" font-family="sans-serif" font-size="11">',
           '<rect width="100%" height="100%" fill="white"/>',
           '<text x="10" y="18" font-size="14">Time relative to native, log '
           'scale, lower is better</text>']
    for i, e in enumerate(present):
        x, y = 10 + (i % 4) * 175, 30 + (i // 4) * 16
        out.append(f'<rect x="{x}" y="{y}" width="10" height="10" '
                   f'fill="{COLOURS[i % len(COLOURS)]}"/>'
                   f'<text x="{x + 14}" y="{y + 9}">{e}</text>')
    for power in range(0, 7):
        x = left + power * unit
        out.append(f'<line x1="{x}" y1="{top}" x2="{x}" y2="{height - 20}" '
                   f'stroke="#ddd"/><text x="{x - 4}" y="{height - 6}">'
                   f'{2 ** power}</text>')
    for g, name in enumerate(names):
        y = top + g * group
        out.append(f'<text x="8" y="{y + group / 2}">{name}</text>')
        for i, e in enumerate(present):
            value = (geomean([ratio(results, k, e)
                              for k in common_kernels(results, e)])
                     if name == "geomean" and common_kernels(results, e)
                     else ratio(results, name, e)
                     if name in results["kernels"] else None)
            if value:
                out.append(bar(left, y + 10 * i,
                               max(2.0, log2(max(value, 1.0)) * unit),
                               COLOURS[i % len(COLOURS)],
                               f"{e}: {value:.2f}"))
    return "\n".join(out) + "\n</svg>\n"


def write(results, out):
    text = markdown(results)
    for name, content in (("results.md", text), ("results.svg", svg(results))):
        with open(os.path.join(out, name), "w", encoding="utf-8") as f:
            f.write(content)
    print(text)
