# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the .sql files of this folder as a C table: embed.py OUTPUT FILE..."""
import pathlib
import sys

output, *names = sys.argv[1:]
files = sorted((pathlib.Path(n) for n in names), key=lambda f: f.stem)
forgotten = set(pathlib.Path(__file__).resolve().parent.glob('*.sql')) - {f.resolve() for f in files}
if forgotten:
    sys.exit('not listed in sql/meson.build: ' + ' '.join(sorted(f.name for f in forgotten)))


def array(f):
    """The text as an array of bytes: C compilers need not take a longer string than 4095."""
    b = ','.join(str(byte - (byte > 127) * 256) for byte in f.read_bytes() + b'\0')
    return f'static const char text_{f.stem.replace("-", "_")}[] = {{ {b} }};\n'


arrays = ''.join(array(f) for f in files)
rows = '\n'.join(f'\t{{ "{f.stem}", text_{f.stem.replace("-", "_")} }},' for f in files)
pathlib.Path(output).write_text(f'''/* Made from sql/ by sql/embed.py. */
#include <stdlib.h>
#include <string.h>

#include "daemon/db.h"

{arrays}
static const struct {{
	const char *name, *text;
}} texts[] = {{ /* in order of name */
{rows}
}};

static int compare(const void *name, const void *row)
{{
	return strcmp(name, *(const char *const *)row);
}}

const char *sql_text(const char *name)
{{
	const char *const *row = bsearch(name, texts, sizeof(texts) / sizeof(texts[0]), sizeof(texts[0]), compare);

	return row ? row[1] : NULL;
}}
''')
