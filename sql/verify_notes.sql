-- SPDX-License-Identifier: GPL-3.0-or-later
-- The hashes of all notes but purposes, of which the log has none, and but those that were erased, for comparison with the log.
-- $1 pole int4 → part (about/kind), number, hash in order
select about || '/' || kind, number, encode(sha256(convert_to(text, 'UTF8')), 'hex')
from note
where pole_id = $1 and kind <> 'purpose' and text <> ''
order by number, about, kind
