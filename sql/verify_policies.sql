-- SPDX-License-Identifier: GPL-3.0-or-later
-- The hashes of all policies, for comparison with the log.
-- $1 pole int4 → part (''), version, hash in order of version
select '', version, hash from policy where pole_id = $1 order by version
