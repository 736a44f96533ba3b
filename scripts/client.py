"""Write the example client in Python from the API's description, or compare it with that.

    .venv/bin/python scripts/client.py --check | --write

One method an operation, with its parameters and their meaning; `make docs` writes it, a test compares.
"""

from __future__ import annotations

import argparse
import sys
import textwrap
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CLIENT = ROOT / "examples" / "python-client" / "alunite_client.py"
TYPES = {"string": "str", "integer": "int", "boolean": "bool", "number": "float"}

HEAD = '''"""A client of the public API of an Alunite register: Python 3.11 alone, no package needed.

Generated from the API's description by scripts/client.py; change that, not this.

    from alunite_client import Client

    client = Client("https://register.example.org")
    for line in client.pages(client.list_records, on="2020-06-30", country="NO"):
        print(line["entity"], line["state"]["state"])
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

ROOT = "{root}"


class Problem(Exception):
    """What went wrong, by RFC 9457: `status`, and `faults` with all that was wrong with the question."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        faults = "; ".join(f"{{one['name']}}: expected {{one['expected']}}" for one in said.get("faults", []))
        super().__init__(f"{{status}} {{said.get('detail', '')}} {{faults}}".strip())
        self.status = status
        self.said = said
        self.faults = said.get("faults", [])


class Client:
    """Asks one register. What it answered once is asked for again only if it changed (ETag)."""

    def __init__(self, origin: str, *, wait: bool = True) -> None:
        self.origin = origin.rstrip("/")
        self.wait = wait
        self._known: dict[str, tuple[str, Any]] = {{}}

    def get(self, path: str, **parameters: Any) -> Any:
        """Return the answer under a path of the API; raise `Problem` for any other. Waits once where it is told to."""
        given = {{name: value for name, value in parameters.items() if value is not None}}
        query = urllib.parse.urlencode(given, doseq=True)
        address = self.origin + path + (f"?{{query}}" if query else "")
        request = urllib.request.Request(address, headers={{"Accept": "application/json"}})
        if address in self._known:
            request.add_header("If-None-Match", self._known[address][0])
        for again in (self.wait, False):
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    answer = json.load(response)
                    if tag := response.headers.get("ETag"):
                        self._known[address] = (tag, answer)
                    return answer
            except urllib.error.HTTPError as error:
                if error.code == 304:
                    return self._known[address][1]
                if error.code in {{429, 503}} and again:
                    time.sleep(int(error.headers.get("Retry-After", "1")))
                    continue
                raise Problem(error.code, self._said(error)) from error
        raise AssertionError("unreachable")

    @staticmethod
    def _said(error: urllib.error.HTTPError) -> dict[str, Any]:
        """Return what a problem says; of a page by whoever stands before the register no more than that it is one."""
        try:
            said = json.load(error)
        except ValueError:
            said = None
        return said if isinstance(said, dict) else {{"detail": str(error.reason)}}

    def pages(self, operation: Callable[..., Any], *arguments: Any, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of all pages of a list."""
        page = operation(*arguments, **parameters)
        while True:
            yield from page["items"]
            if page["next"] is None:
                return
            page = self.get(page["next"])
'''


def client(described: dict[str, Any]) -> str:
    """Return the whole client."""
    methods = [_method(path, one["get"]) for path, one in described["paths"].items()]
    return HEAD.format(root=described["servers"][0]["url"]) + "\n" + "\n".join(methods)


def _method(path: str, said: dict[str, Any]) -> str:
    in_path = [one for one in said["parameters"] if one["in"] == "path"]
    needed = [one for one in said["parameters"] if one["in"] == "query" and one["required"]]
    others = [one for one in said["parameters"] if one["in"] == "query" and not one["required"]]
    arguments = ["self", *(f"{one['name']}: str" for one in in_path)]
    named = [f"{one['name']}: {_type(one)}" for one in needed] + [
        f"{one['name']}: {_type(one)} | None = None" for one in others
    ]
    arguments += ["*", *named] if named else []
    where = path.replace("{subject}", "{urllib.parse.quote(subject, safe='')}")
    quoted = f'f"{{ROOT}}{where}"' if in_path else f'ROOT + "{path}"'
    passed = "".join(f",\n            {one['name']}={one['name']}" for one in needed + others)
    call = f"self.get(\n            {quoted}{passed},\n        )" if passed else f"self.get({quoted})"
    about = textwrap.fill(" ".join((said.get("description") or said["summary"]).replace("`", "").split()), 104)
    lines = [textwrap.indent(about, "        ").lstrip()]
    if named:
        lines += ["", "        Parameters", "        ----------"]
        for one in needed + others:
            lines += [f"        {one['name']} : {_type(one)}"]
            lines += [textwrap.indent(textwrap.fill(one["description"].replace("`", ""), 100), " " * 12)]
        lines += [""]
    text = "\n".join(lines) + ('        """' if named else '"""')
    head = ", ".join(arguments)
    signature = f"    def {said['operationId']}({head}) -> dict[str, Any]:"
    if len(signature) > 120:
        spread = "".join(f"        {one},\n" for one in arguments)
        signature = f"    def {said['operationId']}(\n{spread}    ) -> dict[str, Any]:"
    return f'{signature}\n        """{text}\n        return {call}\n'


def _type(one: dict[str, Any]) -> str:
    schema = one["schema"]
    if schema.get("type") == "array":
        return "list[str]"
    return TYPES.get(str(schema.get("type")), "str")


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare or write the example client.")
    either = parser.add_mutually_exclusive_group(required=True)
    either.add_argument("--check", action="store_true")
    either.add_argument("--write", action="store_true")
    options = parser.parse_args()

    import django  # noqa: PLC0415  (the settings in the environment decide what it reads)

    django.setup()
    from alunite.front.api.describing import described  # noqa: PLC0415

    fresh = client(described())
    if options.write:
        CLIENT.write_text(fresh, "utf-8")
    if CLIENT.read_text("utf-8") != fresh:
        print("examples/python-client/alunite_client.py is not as the API is described; run `make docs`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
