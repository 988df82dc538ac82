-- SPDX-License-Identifier: GPL-3.0-or-later
-- What everyone is qualified for.
-- $1 pole int4 → person, word, issuer (null: good everywhere), since, until (null: does not expire), in order
select person, word, issuer, seconds(since), seconds(until) from qualification where pole_id = $1 order by person, ordinal
