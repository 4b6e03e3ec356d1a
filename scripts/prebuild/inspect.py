"""Prints, as JSON, what a shared library says of itself: format, architecture, exports, libraries, symbol versions."""

import json
import sys

import lief

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
    facts["signed"] = binary.has_code_signature
    command = binary.build_version if binary.has_build_version else binary.version_min
    facts["minimumOs"] = list((command.minos if binary.has_build_version else command.version)[:2])
else:
    facts["architecture"] = binary.header.machine.name
    facts["exports"] = [entry.name for entry in binary.get_export().entries]
    facts["libraries"] = [entry.name for entry in binary.imports]
print(json.dumps(facts))
