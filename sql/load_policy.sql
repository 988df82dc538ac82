-- SPDX-License-Identifier: GPL-3.0-or-later
-- The latest policy.
-- $1 pole int4 → version, files, hash, at, by_person
select version, files, hash, date_part('epoch', at)::int8 as at, by_person
from policy where pole_id = $1 order by version desc limit 1
