/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bookings as LIST gives them, a row each. */
#include "client/show_list.h"

#include "client/show_booking.h"
#include "client/show_state.h"

enum { BOOKING_WHEN = 1, BOOKING_WHAT = 2, BOOKING_STANDING = 3 };
static const struct column booking_columns[] = {
    {"booking", {"Code", "Code"}, 0},
    {"when", {"When", "Quand"}, COLUMN_TABLE_ONLY},
    {"what", {"What", "Quoi"}, COLUMN_TABLE_ONLY},
    {"standing", {"State", "État"}, COLUMN_TABLE_ONLY | COLUMN_STATE},
    {"state", {"State", "État"}, COLUMN_DATA_ONLY},
    {"resource", {"Resource", "Ressource"}, COLUMN_DATA_ONLY},
    {"unit", {"Unit", "Unité"}, COLUMN_DATA_ONLY},
    {"units", {"Units", "Unités"}, COLUMN_DATA_ONLY | COLUMN_LIST},
    {"qty", {"Quantity", "Nombre"}, COLUMN_DATA_ONLY},
    {"things", {"Things", "Choses"}, COLUMN_DATA_ONLY},
    {"from", {"From", "De"}, COLUMN_DATA_ONLY},
    {"to", {"To", "À"}, COLUMN_DATA_ONLY},
    {"member", {"Member", "Membre"}, COLUMN_DATA_ONLY},
    {"member-name", {"Member", "Membre"}, COLUMN_CUT},
    {"person", {"Person", "Personne"}, COLUMN_DATA_ONLY},
    {"purpose", {"Purpose", "Objet"}, COLUMN_CUT},
    {"person-name", {"Person", "Personne"}, COLUMN_CUT | COLUMN_SPARE},
    {"made-at", {"Made at", "Faite le"}, COLUMN_DATA_ONLY},
    {"ended-at", {"Ended at", "Finie le"}, COLUMN_DATA_ONLY},
    {"by", {"By", "Par"}, COLUMN_DATA_ONLY},
    {"due-at", {"Due at", "Échéance"}, COLUMN_DATA_ONLY},
    {"within", {"Within", "Dans"}, COLUMN_DATA_ONLY},
    {"turn", {"Turn", "Rang"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"of", {"Of", "Sur"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"dispute", {"Dispute", "Contestation"}, COLUMN_DATA_ONLY},
    {"owes", {"Owes (%)", "Doit (%)"}, COLUMN_DATA_ONLY | COLUMN_NUMBER},
    {"series", {"Series", "Série"}, COLUMN_DATA_ONLY},
    {"occurrence", {"Occurrence", "Occurrence"}, COLUMN_DATA_ONLY},
    {"item", {"Things", "Choses"}, COLUMN_NESTED},
};

static void fix_booking(struct session *s, const struct line *l, const char **cells)
{
	cells[BOOKING_WHEN] = line_wish(s, l);
	cells[BOOKING_WHAT] = line_what(&s->cli->arena, l);
	cells[BOOKING_STANDING] = line_standing(s, l);
}

void show_bookings(struct session *s, const struct reply *r)
{
	show_rows(s, r, "booking", booking_columns,
		  sizeof(booking_columns) / sizeof(*booking_columns), fix_booking);
}
