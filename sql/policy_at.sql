-- SPDX-License-Identifier: GPL-3.0-or-later
-- The policy that held at a version.
-- $1 pole int4, $2 version int8 → version, files, hash, at, by_person
select version, files, hash, date_part('epoch', at)::int8 as at, by_person
from policy where pole_id = $1 and version <= $2 order by version desc limit 1
