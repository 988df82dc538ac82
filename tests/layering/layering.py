#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may use whom: what DESIGN 3 and README draw, read off the sources and off what lib links to.

    layering.py TREE [LIB_ARCHIVE]

Each rule is a row of a table below. `--self-test` plants one breach of every rule in a small tree and fails where one is
not found: a test that cannot fail is a defect.
"""
import fnmatch
import pathlib
import re
import subprocess
import sys
import tempfile

LIBC = set('''assert.h ctype.h errno.h inttypes.h limits.h math.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdio.h
    stdlib.h string.h strings.h'''.split())

# lib: no clock, file, socket, environment or locale. nm has the last word on what these headers offer.
PURE = LIBC - {'math.h', 'ctype.h', 'errno.h'}

LAYERS = {  # folder: (folders of the tree, foreign headers; None: the whole of libc and POSIX)
    'lib': ({'lib'}, PURE),
    'proto': ({'lib', 'proto'}, LIBC),
    'config': ({'lib', 'config'}, None),
    'client': ({'lib', 'proto', 'config', 'client'}, None),  # config: policies are tested offline
    'daemon': ({'lib', 'proto', 'config', 'daemon'}, None),
    'tests/lib': ({'lib', 'tests'}, None),  # what computes is tested without the rest
    'tests/proto': ({'lib', 'proto', 'tests'}, None),
    'tests/config': ({'lib', 'config', 'tests'}, None),
}
ANYTHING = ({'lib', 'proto', 'config', 'client', 'daemon', 'tests'}, None)

# Headers of libraries, and the only places that may include them (fnmatch patterns).
FOREIGN = {
    'yaml.h': ['config/*.c'],
    'libpq-fe.h': ['daemon/db*.[ch]', 'tests/*'],
    'libsmartcols/': ['client/*.c'],
    'systemd/': ['daemon/main.c', 'daemon/notify.c', 'daemon/log.c'],
    'openssl/': ['client/*.c', 'daemon/ca.c', 'daemon/certificate.[ch]', 'daemon/secret.c', 'daemon/stream.c', 'daemon/tls_context.c',
                 'daemon/transport*.[ch]', 'tests/*'],
    'event2/': ['daemon/main.c', 'daemon/stream*.c', 'daemon/listener.c', 'daemon/connection.c', 'daemon/crowd.c', 'daemon/metrics_http.c', 'daemon/db*.[ch]',
                'daemon/embedded*.c', 'daemon/keeper*.c', 'daemon/group*.c', 'daemon/announce.c', 'daemon/fresh.c',
                'daemon/known.c',
                'daemon/loader.c', 'daemon/forget.c', 'daemon/shed.c', 'tests/*'],
    'cmocka.h': ['tests/*'],
}
POSTGRES_INTERNALS = re.compile(r'^(postgres|c|pg_config|fmgr|catalog/.*)\.h$')

# What lib's objects may leave undefined.
LIB_SYMBOLS = set('''abort calloc malloc realloc free qsort bsearch strtol strtoll strtoul strtoull
    memchr memcmp memcpy memmove memset snprintf vsnprintf strcasecmp strncasecmp strchr strcmp strcpy strcspn strlen strncmp strnlen
    strpbrk strrchr strspn strstr __assert_fail __stack_chk_fail _GLOBAL_OFFSET_TABLE_'''.split())
# What compilers add by themselves: sanitizers, and arithmetic that the machine has no instruction for.
COMPILER = re.compile(r'^(__(asan|ubsan|tsan|msan|lsan|sanitizer|sancov|gcov|llvm)_|__start_|__stop_|__[a-z]+[sdt]i[234]$)')

SPDX = 'SPDX-License-Identifier: GPL-3.0-or-later'
SOURCES = {'.c', '.h', '.py', '.sh', '.sql', '.build'}
FORBIDDEN_NAMES = re.compile(r'(^|[_-])(utils?|common|misc|helpers?)([_.-]|$)')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)
SKIPPED = re.compile(r'^(build[^/]*|\.[^/]*|tests/fuzz/corpus)(/|$)')


def sources(tree):
    for path in sorted(tree.rglob('*')):
        relative = path.relative_to(tree)
        if path.is_file() and not SKIPPED.match(relative.as_posix()) and '__pycache__' not in relative.parts:
            yield relative


def check_tree(tree):
    problems = []
    for path in sources(tree):
        name = path.as_posix()
        if FORBIDDEN_NAMES.search(path.name):
            problems.append(f"{name}: a file says what it is, not that it is for everybody")
        script = path.suffix == '' and (tree / path).open('rb').read(2) == b'#!'
        if path.suffix in SOURCES or path.name in ('meson_options.txt',) or script:
            text = (tree / path).read_text()
            if not any(SPDX in line for line in text.split('\n', 2)[:2]):
                problems.append(f"{name}: line 1 is not the licence")
            if path.suffix in ('.c', '.h'):
                problems += check_includes(name, text)
    return problems


def check_includes(name, text):
    parts = name.split('/')
    layer = '/'.join(parts[:2]) if parts[0] == 'tests' else parts[0]
    own, libc = LAYERS.get(layer, ANYTHING)
    for kind, header in INCLUDE.findall(text):
        folder = header.split('/', 1)[0]
        if kind == '"':
            if not (folder in own and '/' in header):
                yield f"{name}: {layer} may not include \"{header}\""
            continue
        owner = next((h for h in FOREIGN if header == h or (h.endswith('/') and header.startswith(h))), None)
        if owner and not any(fnmatch.fnmatch(name, place) for place in FOREIGN[owner]):
            yield f"{name}: <{header}> belongs to {', '.join(FOREIGN[owner])}"
        elif POSTGRES_INTERNALS.match(header):
            yield f"{name}: <{header}> is PostgreSQL's own"
        elif libc is not None and not owner and header not in libc:
            yield f"{name}: {layer} may not include <{header}>"


def check_symbols(archive):
    """Every undefined symbol of lib's archive that the archive itself does not define."""
    out = subprocess.run(['nm', '-P', '-g', str(archive)], capture_output=True, text=True, check=True).stdout
    defined, undefined = set(), {}
    member = str(archive)
    for line in out.splitlines():
        if line.endswith(':'):
            member = line[:-1]
            continue
        fields = line.split()
        if len(fields) < 2:
            continue
        if fields[1] in 'Uvw':
            undefined.setdefault(fields[0], member)
        else:
            defined.add(fields[0])
    if not defined:
        return [f"{archive}: no symbols; is it the archive of lib?"]
    problems = []
    for symbol, where in sorted(undefined.items()):
        plain = re.sub(r'^__(\w+)_chk$', r'\1', symbol)
        if symbol not in defined and plain not in LIB_SYMBOLS and not COMPILER.match(symbol):
            problems.append(f"{where}: lib may not use {symbol}()")
    return problems


BREACHES = {  # file: (content after the licence, what is said of it)
    'lib/clock.c': ('#include <time.h>\n', 'lib may not include <time.h>'),
    'lib/up.c': ('#include "proto/line.h"\n', 'lib may not include "proto/line.h"'),
    'lib/bare.c': ('#include "arena.h"\n', 'lib may not include "arena.h"'),
    'proto/socket.c': ('#include <sys/socket.h>\n', 'proto may not include <sys/socket.h>'),
    'proto/yaml.c': ('#include "config/policy_load.h"\n', 'proto may not include "config/policy_load.h"'),
    'config/wire.c': ('#include "proto/line.h"\n', 'config may not include "proto/line.h"'),
    'client/shell.c': ('#include "daemon/stream.h"\n', 'client may not include "daemon/stream.h"'),
    'client/pq.c': ('#include <libpq-fe.h>\n', 'belongs to daemon/db*.[ch]'),
    'daemon/verbs_book.c': ('  #  include <event2/event.h>\n', '<event2/event.h> belongs to'),
    'daemon/verbs_list.c': ('#include <libpq-fe.h>\n', '<libpq-fe.h> belongs to'),
    'daemon/tables.c': ('#include "client/table.h"\n', 'daemon may not include "client/table.h"'),
    'tests/lib/test_far.c': ('#include "daemon/stream.h"\n', 'tests/lib may not include "daemon/stream.h"'),
    'tests/lib/test_near.c': ('#include "span.h"\n', 'tests/lib may not include "span.h"'),
    'daemon/util.c': ('', 'a file says what it is'),
    'lib/common.h': ('', 'a file says what it is'),
}


def compile_lib(folder, source):
    (folder / 'planted.c').write_text(source)
    subprocess.run(['cc', '-c', '-O0', '-w', '-o', str(folder / 'planted.o'), str(folder / 'planted.c')], check=True)
    (folder / 'planted.a').unlink(missing_ok=True)
    subprocess.run(['ar', 'rc', str(folder / 'planted.a'), str(folder / 'planted.o')], check=True)
    return check_symbols(folder / 'planted.a')


def self_test():
    missed = []
    with tempfile.TemporaryDirectory() as name:
        tree = pathlib.Path(name)
        for folder in LAYERS:
            (tree / folder).mkdir(parents=True)
        good = tree / 'lib' / 'span.c'
        good.write_text(f"/* {SPDX} */\n#include \"lib/span.h\"\n\n#include <stddef.h>\n")
        if said := check_tree(tree):
            missed.append(f"a clean tree is blamed: {said}")
        for file, (content, expected) in BREACHES.items():
            (tree / file).write_text(f"/* {SPDX} */\n{content}")
            said = check_tree(tree)
            if len(said) != 1 or not (said[0].startswith(file) and expected in said[0]):
                missed.append(f"{file}: expected one line with {expected!r}, got {said}")
            (tree / file).unlink()
        (tree / 'lib' / 'free.c').write_text('int free_of_licence;\n')
        if not any('licence' in p for p in check_tree(tree)):
            missed.append('a source without its licence is not found')
        if said := compile_lib(tree, '#include <string.h>\nsize_t f(const char *s);\nsize_t f(const char *s) { return strlen(s); }\n'):
            missed.append(f"strlen() is blamed: {said}")
        for call in ('time', 'getenv', 'fopen', 'puts', 'setlocale', 'rand', 'gettimeofday'):
            if not compile_lib(tree, f"extern void *{call}(void); void *f(void); void *f(void) {{ return {call}(); }}\n"):
                missed.append(f"lib calling {call}() is not found")
    return missed


def main():
    if sys.argv[1:] == ['--self-test']:
        problems = self_test()
    elif len(sys.argv) in (2, 3):
        problems = check_tree(pathlib.Path(sys.argv[1]))
        if len(sys.argv) == 3:
            problems += check_symbols(sys.argv[2])
    else:
        sys.exit(__doc__)
    print('\n'.join(problems))
    sys.exit(1 if problems else 0)


if __name__ == '__main__':
    main()
