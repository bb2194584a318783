# SPDX-License-Identifier: BSD-2-Clause
"""What C headers declare, as the preprocessor leaves it: functions with their parameters, fields of
structs, enumerators, macros. For headers in the style of FFmpeg's and ours, not for all of C."""
import re

import tap

ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)")
# Words of a type that end it: after them a parameter has no further word but its name.
TYPE_WORDS = {"int", "unsigned", "char", "short", "long", "void", "double", "float"}


class Declarations:
    """functions: name -> (result, [types of parameters]); fields: struct -> names."""

    def __init__(self, text, macros):
        self.macros = macros
        self.fields = {match[1]: field_names(match[2]) for match in re.finditer(
            r"\bstruct (\w+)\s*(\{(?:[^{}]|\{[^{}]*\})*\})", text)}
        bodies = re.findall(r"\benum\b\s*\w*\s*\{([^}]*)\}", text)
        self.enumerators = [re.match(r"\s*(\w+)", item)[1] for body in bodies
                            for item in body.split(",") if item.strip()]
        self.types = set(re.findall(r"\b(?:struct|enum) (\w+)\s*\{", text)
                         + re.findall(r"\btypedef struct (\w+)", text))
        self.functions = {}
        for statement in outside_braces(text).split(";"):
            match = re.match(r"\s*([\w\s*]*?[\s*])(\w+)\s*\((.*)\)\s*$", statement, re.S)
            if match and "typedef" not in match[1]:
                self.functions[match[2]] = (type_of(match[1] + " x"),
                                            [type_of(text) for text in parameters(match[3])])


def read(header_lines, belongs, flags=()):
    """What the files that belongs(path) is true for declare, in a source of these lines."""
    done = tap.run_ok(["gcc", "-E", "-dD", *flags, "-x", "c", "-"], stdin=None,
                      input=header_lines)
    kept, macros, is_ours = [], [], False
    for line in done.stdout.split("\n"):
        place = re.match(r'# \d+ "([^"]+)"', line)
        if place:
            is_ours = belongs(place[1])
        elif is_ours and line.startswith("#define"):
            macros.append(line.split()[1].split("(")[0])
        elif is_ours and not line.startswith("#"):
            kept.append(line)
    text = ATTRIBUTE.sub("", "\n".join(kept))
    return Declarations(re.sub(r"\b__extension__\b|\b_Noreturn\b", "", text), macros)


def outside_braces(text):
    depth, kept = 0, []
    for character in text:
        depth += character == "{"
        if depth == 0:
            kept.append(character)
        if character == "}":
            depth -= 1
            if depth == 0:
                kept.append(";")
    return "".join(kept)


def parameters(text):
    """The parameters between a function's parentheses; those in nested ones stay together."""
    found, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            found.append(text[start:place])
            start = place + 1
    found.append(text[start:])
    return [] if [item.strip() for item in found] == ["void"] else found


def type_of(declaration):
    """The type of a parameter without its name, const and other words that callers do not see."""
    if "(" in declaration:  # a function pointer: its parameters, too
        match = re.match(r"(.*?)\(\s*\*\s*\w*\s*\)\s*\((.*)\)\s*$", declaration, re.S)
        inside = [type_of(item) for item in parameters(match[2])]
        return f"{type_of(match[1] + ' x')}(*)({','.join(inside)})"
    text = re.sub(r"\b(const|extern|static|inline|struct)\b", " ", declaration)
    text = re.sub(r"\bunsigned\s+int\b", "unsigned", text)
    words = re.findall(r"\w+|\*|\[[^\]]*\]|\.\.\.", text)
    names = [place for place, word in enumerate(words) if re.match(r"[A-Za-z_]", word)]
    if len(names) > 1 and words[names[-1]] not in TYPE_WORDS and words[names[-2]] != "enum":
        del words[names[-1]]
    return " ".join(words).replace("[]", "*")


def field_names(body):
    """The names of a struct's fields; those of a union in it are its own."""
    flat = re.sub(r"\bunion\s*\{([^{}]*)\}\s*\w*\s*;", r"\1", body.strip()[1:-1])
    names = []
    for statement in flat.split(";"):
        for declarator in statement.split(","):
            match = re.search(r"(\w+)\s*(?:\[[^\]]*\]\s*)*$", declarator)
            if match:
                names.append(match[1])
    return names
