-- SPDX-License-Identifier: GPL-3.0-or-later
-- Schema 2: what becomes of a booking: when something is due, its details, why each change was made; what a person is
-- qualified for; closures; notes of more kinds than purposes.

-- `pending`: time or a queue may still make something of it, however long ago it was. (lib: booking_is_pending().) The index has few rows, and
-- only what makes a booking pending or settles it touches it.
alter table booking add column due_at timestamptz;
alter table booking add column pending bool not null generated always as (
	due_at is not null or state in ('held', 'requested', 'waiting', 'out', 'displaced', 'suspended')) stored;
create index booking_pending on booking (pole_id, number) where pending;

-- `cause` says of a booking's change what happened, as the change itself does. `request` is the command as it was asked, without its free
-- texts, on the first event of each; null where nobody asked, and in logs from before schema 2.
alter table event add column cause text, add column request text;

alter table outage add column is_closure bool not null default false;

-- What only some bookings have to say: a row for those.
create table detail (
	pole_id int4 not null,
	booking int8 not null,
	queued_at timestamptz,
	within tstzrange,
	out_at timestamptz,
	back_at timestamptz,
	used_by int4,
	meter_out int8,
	meter_back int8,
	decided_by int4,
	forfeit int4,
	forfeit_least int4,
	waived bool,
	dispute text,
	disputed_by int4,
	swap_with int8,
	swap_span tstzrange,
	displaced_by int8,
	delayed_by int8,
	outage int8,
	was text,
	booked_until timestamptz,
	passed tstzrange,
	distance_km int8,
	people int8,
	declared text,
	primary key (pole_id, booking)
);

-- `until` null: it does not expire; `issuer` null: good everywhere.
create table qualification (
	pole_id int4 not null,
	person int4 not null,
	ordinal int4 not null,
	word text not null,
	issuer int4,
	since timestamptz not null,
	until timestamptz,
	primary key (pole_id, person, ordinal)
);

-- The purposes that there are become notes of that kind, by those who made the bookings.
alter table note rename column booking to number;
alter table note add column about text not null default 'booking', add column kind text not null default 'purpose',
	add column by_person int4, add column at timestamptz;
update note n set by_person = b.made_by, at = b.made_at from booking b where b.pole_id = n.pole_id and b.number = n.number;
alter table note alter column about drop default, alter column kind drop default,
	drop constraint note_pkey, add primary key (pole_id, number, about, kind);
