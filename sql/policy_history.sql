-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who applied what, newest first.
-- $1 pole int4 → version, hash, at, by_person, reason
select version, hash, date_part('epoch', at)::int8 as at, by_person, reason
from policy where pole_id = $1 order by version desc
