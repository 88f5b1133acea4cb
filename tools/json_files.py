"""Files of the tools: JSON that is read, and text that is written as a whole or not at all."""

import json
import os


class FileError(Exception):
    """What is wrong with which file, for people."""


def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except OSError as error:
        raise FileError(f"cannot read '{path}': {error.strerror}")
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: not JSON: {error}")


def write(path, text):
    # A device or a pipe is written to and stays what it is.
    is_replaced = os.path.isfile(path) or not os.path.exists(path)
    temporary = f"{path}.{os.getpid()}.tmp" if is_replaced else path
    try:
        with open(temporary, "w", encoding="utf-8") as file:
            file.write(text)
        if is_replaced:
            os.replace(temporary, path)
    except OSError as error:
        if is_replaced and os.path.exists(temporary):
            os.remove(temporary)
        raise FileError(f"cannot write '{path}': {error.strerror}")
