"""Files that are compiled together answer as each by itself does.    batches.py BATCHES.AWK COMPILER

Made files that have private names in common, in ways that .ci/batches.awk tells apart, are compiled one by one, all
together, and in the other order; each program must say the same.
"""

import os
import subprocess
import sys
import tempfile

AWK, COMPILER = sys.argv[1:3]

# Of each file what it says, its private part and its body.
FILES = {
    "kinds": (1, "enum class Kind : int { one = 1 };", "return static_cast<int>(Kind::one);"),
    "sizes": (2, "struct Kind {\n  int size;\n};\nconstexpr Kind kKinds[] = {{2}};", "return kKinds[0].size;"),
    "alias": (3, "using Kind = int;", "return Kind{3};"),
    "pair": (40, "constexpr int kFew = 8, kMany = 32;", "return kFew + kMany;"),
    "other_pair": (6, "constexpr int kSome = 1, kMany = 5;", "return kSome + kMany;"),
    "few": (5, "constexpr int kMany = 5;", "return kMany;"),
    # A private name that is a member's, too, cannot become another ...
    "keeper": (21, "int told(int more) {\n  return Row{}.told + more;\n}", "return told(1);"),
    "second_keeper": (33, "int told(int more) {\n  return 3 + more;\n}\nint word(const Row& row) {\n  return row.word + told(0);\n}",
                      "return word(Row{});"),
    # ... so whoever calls another of that name must not see it,
    "caller": (700, "", "return told(7);"),
    # nor whoever has one of his own.
    "twin": (8, "int told(int more) {\n  return 7 + more;\n}", "return told(1);"),
    "macro": (9, "#define LIMIT 9", "return LIMIT;"),
    "other_macro": (10, "#define LIMIT 10", "return LIMIT;"),
}
HEADERS = {
    "all.hpp": "#pragma once\nnamespace made {\nint told(long);\n" + "".join(f"int from_{name}();\n" for name in FILES) + "}\n",
    "row.hpp": "#pragma once\nnamespace made {\nstruct Row { int told = 20; int word = 30; };\n}\n",
}


def text_of(name):
    _, private, body = FILES[name]
    hidden = f"namespace {{\n\n{private}\n\n}}  // namespace\n\n" if private else ""
    return (f'#include "all.hpp"\n#include "row.hpp"\n\nnamespace made {{\n{hidden}int from_{name}() {{\n  {body}\n}}\n\n}}'
            "  // namespace made\n")


def main_text():
    calls = "".join(f'  std::printf("{name} %d\\n", made::from_{name}());\n' for name in FILES)
    return ('#include <cstdio>\n#include "all.hpp"\nint made::told(long count) { return static_cast<int>(count) * 100; }\n'
            f"int main() {{\n{calls}}}\n")


def said_by(root, names, lines):
    """What the program says, and of how many units it is."""
    listed = subprocess.run(
        ["awk", "-v", f"lines={lines}", "-v", f"root={root}", "-v", f"prefix={root}/batch_", "-f", AWK]
        + [f"{root}/{name}.cpp" for name in names], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    for unit in listed:
        if os.path.exists(unit + ".new"):
            os.replace(unit + ".new", unit)
    program = os.path.join(root, "program")
    subprocess.run([COMPILER, "-std=c++20", "-O0", "-I", root, "-o", program, f"{root}/main.cpp"] + listed, check=True)
    return subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout, len(listed)


with tempfile.TemporaryDirectory() as root:
    for name, text in HEADERS.items():
        open(os.path.join(root, name), "w", encoding="utf-8").write(text)
    for name in FILES:
        open(os.path.join(root, name + ".cpp"), "w", encoding="utf-8").write(text_of(name))
    open(os.path.join(root, "main.cpp"), "w", encoding="utf-8").write(main_text())
    want = "".join(f"{name} {value}\n" for name, (value, _, _) in FILES.items())
    orders = {"one by one": (list(FILES), 1), "together": (list(FILES), 1000), "from the last": (list(FILES)[::-1], 1000)}
    for order, (names, lines) in orders.items():
        said, units = said_by(root, names, lines)
        assert said == want, f"{order}: {said}"
        assert units == len(FILES) if lines == 1 else units <= 3, f"{order}: {units} units"
        print(f"{order}: {units} units")
