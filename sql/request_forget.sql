-- SPDX-License-Identifier: GPL-3.0-or-later
-- Deletes kept answers.
-- $1 pole int4, $2 before int8 → how many
select request_forget($1, $2)
