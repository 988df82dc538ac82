-- SPDX-License-Identifier: GPL-3.0-or-later
-- The files of the policy that was applied at a version, or of the last one before it.
-- $1 pole int4, $2 version int8 → name, text in order of name
select f->>'name' as name, f->>'text' as text
from (select files from policy where pole_id = $1 and version <= $2 order by version desc limit 1) p,
     jsonb_array_elements(p.files) f
order by name
