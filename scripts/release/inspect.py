"""Prints, as JSON, what a shared library says of itself: format, architecture, exports, libraries, symbol versions."""

import hashlib
import json
import struct
import sys

import lief

CODE_DIRECTORY = 0xFADE0C02


def signature_holds(file, at):
    """Whether the signature at this offset, ad hoc or not, has the hash of every page of the file."""
    _, _, count = struct.unpack_from(">III", file, at)
    for index in range(count):
        directory = at + struct.unpack_from(">II", file, at + 12 + 8 * index)[1]
        magic, _, _, _, hashes, _, _, pages, limit = struct.unpack_from(">9I", file, directory)
        size, kind, _, page_bits = struct.unpack_from("4B", file, directory + 36)
        if magic != CODE_DIRECTORY or kind != 2:  # SHA-256
            continue
        page = 1 << page_bits
        return all(
            hashlib.sha256(file[i * page : min((i + 1) * page, limit)]).digest()
            == file[directory + hashes + i * size : directory + hashes + (i + 1) * size]
            for i in range(pages)
        )
    return False


binary = lief.parse(sys.argv[1])
if binary is None:
    sys.exit(f"{sys.argv[1]} is no ELF, Mach-O or PE file")
facts = {
    "format": binary.format.name,
    "exports": [],
    "libraries": [],
    "versions": [],
    "minimumOs": None,
    "signed": None,
}
if isinstance(binary, lief.ELF.Binary):
    facts["architecture"] = binary.header.machine_type.name
    facts["exports"] = [symbol.name for symbol in binary.exported_symbols]
    facts["libraries"] = list(binary.libraries)
    facts["versions"] = [
        version.name
        for requirement in binary.symbols_version_requirement
        for version in requirement.get_auxiliary_symbols()
    ]
elif isinstance(binary, lief.MachO.Binary):
    facts["architecture"] = binary.header.cpu_type.name
    facts["exports"] = [symbol.name.removeprefix("_") for symbol in binary.exported_symbols]
    facts["libraries"] = [library.name for library in binary.libraries if library.command.name != "ID_DYLIB"]
    facts["signed"] = binary.has_code_signature and signature_holds(
        open(sys.argv[1], "rb").read(), binary.code_signature.data_offset
    )
    command = binary.build_version if binary.has_build_version else binary.version_min
    facts["minimumOs"] = list((command.minos if binary.has_build_version else command.version)[:2])
else:
    facts["architecture"] = binary.header.machine.name
    facts["exports"] = [entry.name for entry in binary.get_export().entries]
    facts["libraries"] = [entry.name for entry in binary.imports]
print(json.dumps(facts))
