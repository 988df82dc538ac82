-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 3: what pole_commit writes is cheaper to write; see 'Speed' in README.md.

-- An allocation is a box for the constraint: time across, in seconds, from its first to its last; lanes upward, each resource's above the one
-- before. A tree of boxes keeps apart what is apart, and finds in three pages what a tree of (lane, pole, range) looks for in a hundred once there
-- are some hundred thousand. Seconds and lanes are whole numbers, which a float8 holds exactly, up to 2^53.
-- The check is what the constraint rests on: an empty or an endless span has no box, so nothing would keep it apart.
alter table allocation
	drop constraint allocation_overlap,
	drop constraint allocation_check,
	add constraint allocation_during check ((lower(during) < upper(during)) is true),
	add constraint allocation_overlap exclude using gist (
		box(point(tstzrange_subdiff(lower(during), 'epoch'), resource_id::float8 * 65536 + lane),
		    point(tstzrange_subdiff(upper(during), 'epoch') - 1, resource_id::float8 * 65536 + lane)) with &&,
		pole_id with =) where (occupies);

-- Written by pole_commit: for a generated column its expression is read from the catalogue, and compiled, once a statement.
alter table booking alter column pending drop expression;

-- What pole_commit answers. A type of its own, for the columns of an anonymous one are unpacked from the catalogue at each call.
create type pole_outcome as (outcome text, version int8);
