-- SPDX-License-Identifier: GPL-3.0-or-later
-- The numbers of names.
-- $1 pole int4 → kind, resource, number, id in order of number
select kind, resource, number, id from name where pole_id = $1 order by number, kind, resource
