/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The agenda as a picture.
 *
 * Every row is painted into cells first (closed, free, buffer, taken, own), later layers over
 * earlier ones, each cell standing for the same number of minutes; runs of equal cells are then
 * written, a booking's run with its member's name inside. The range of hours is what the days shown
 * need: where they are open, and where something is taken. Times are local clock times, so a day
 * with a clock change is drawn as 24 hours like any other.
 */
#include "client/agenda.h"

#include <stdlib.h>
#include <string.h>

#include "client/show_time.h"
#include "client/text.h"
#include "lib/moment.h"

#define USUAL_WIDTH 80
#define MOST_COLUMNS 288
#define LABEL_MOST 14
#define DAY_MINUTES 1440

static bool read_stretch(const struct line *l, const char *from_key, const char *to_key,
			 struct agenda_stretch *ret)
{
	const char *from = line_get(l, from_key), *to = line_get(l, to_key);
	struct moment start, end;
	if (!from || !to || moment_parse(from, &start) != MOMENT_OK ||
	    moment_parse(to, &end) != MOMENT_OK)
		return false;
	*ret = (struct agenda_stretch){civil_seconds(start.local), civil_seconds(end.local)};
	return ret->from < ret->to;
}

static int64_t read_number(const struct line *l, const char *key)
{
	const char *value = line_get(l, key);
	return value ? strtoll(value, NULL, 10) : 0;
}

static const char *read_text(struct arena *a, const struct line *l, const char *key,
			     const char *otherwise)
{
	const char *value = line_get(l, key);
	return value ? text_clean(a, value) : otherwise;
}

static void read_lane(struct arena *a, const struct line *l, struct agenda *ret)
{
	int64_t number = read_number(l, "lane");
	ret->lanes[ret->n_lanes++] = (struct agenda_lane){
	    .number = number,
	    .unit = line_get(l, "unit"),
	    .label = read_text(a, l, "unit", arena_printf(a, text(TEXT_PLACE), (long)number)),
	};
}

static void read_taken(struct arena *a, const struct line *l, struct agenda *ret)
{
	struct agenda_taken t = {.lane = read_number(l, "lane")};
	if (!read_stretch(l, "from", "to", &t.booked))
		return;
	if (!read_stretch(l, "blocked-from", "blocked-to", &t.blocked))
		t.blocked = t.booked;
	t.member = read_text(a, l, "member", "");
	t.name = read_text(a, l, "member-name", t.member);
	ret->taken[ret->n_taken++] = t;
}

void agenda_read(struct arena *a, const struct line *lines, size_t n, struct agenda *ret)
{
	*ret = (struct agenda){
	    .title = "",
	    .zone = "",
	    .lanes = arena_new_n(a, struct agenda_lane, n + 1),
	    .open = arena_new_n(a, struct agenda_stretch, n + 1),
	    .taken = arena_new_n(a, struct agenda_taken, n + 1),
	};
	const char *name = "";
	for (size_t i = 0; i < n; i++) {
		const char *kind = lines[i].n_words ? lines[i].words[0] : "";
		if (strcmp(kind, "resource") == 0) {
			name = read_text(a, &lines[i], "name", "");
			ret->title = read_text(a, &lines[i], "title", name);
			ret->zone = read_text(a, &lines[i], "zone", "");
		} else if (strcmp(kind, "lane") == 0) {
			read_lane(a, &lines[i], ret);
		} else if (strcmp(kind, "open") == 0) {
			ret->n_open +=
			    read_stretch(&lines[i], "from", "to", &ret->open[ret->n_open]);
		} else if (strcmp(kind, "taken") == 0) {
			read_taken(a, &lines[i], ret);
		}
	}
	if (ret->n_lanes == 1 && !ret->lanes[0].unit && *name)
		ret->lanes[0].label = name;
}

enum cell_kind { CELL_CLOSED, CELL_FREE, CELL_BUFFER, CELL_TAKEN, CELL_OWN, N_CELL_KINDS };

struct glyphs { /* as drawn in colour, without, and in ASCII */
	const char *colour, *plain, *ascii;
	enum colour paint;
};

static const struct glyphs glyphs[N_CELL_KINDS] = {
    [CELL_CLOSED] = {" ", " ", " ", COLOUR_NONE}, [CELL_FREE] = {"·", "·", ".", COLOUR_DIM},
    [CELL_BUFFER] = {"░", "░", "~", COLOUR_DIM},  [CELL_TAKEN] = {" ", "▒", "#", COLOUR_TAKEN},
    [CELL_OWN] = {" ", "█", "=", COLOUR_OWN},
};

struct cell {
	enum cell_kind kind;
	size_t block; /* which booking, for taken and own */
};

struct picture {
	const struct agenda *agenda;
	const struct agenda_view *view;
	struct arena arena;
	int from_minute, to_minute; /* of the day */
	int cell_minutes;
	size_t n_cells, label_width, day_width;
};

static const char *glyph(const struct picture *p, enum cell_kind kind)
{
	const struct screen *s = p->view->screen;
	return !s->unicode ? glyphs[kind].ascii
	       : s->colour ? glyphs[kind].colour
			   : glyphs[kind].plain;
}

/* The part of a stretch in the day that begins at `day`, in minutes of that day. */
static bool minutes_in_day(struct agenda_stretch s, int64_t day, int *ret_from, int *ret_to)
{
	int64_t from = s.from - day, to = s.to - day;
	if (to <= 0 || from >= DAY_S)
		return false;
	*ret_from = from < 0 ? 0 : (int)(from / 60);
	*ret_to = to > DAY_S ? DAY_MINUTES : (int)((to + 59) / 60);
	return true;
}

static void widen(struct picture *p, struct agenda_stretch s)
{
	int from, to;
	for (unsigned d = 0; d < p->view->days; d++) {
		int64_t day = (civil_days(p->view->first) + d) * DAY_S;
		if (!minutes_in_day(s, day, &from, &to))
			continue;
		p->from_minute = from < p->from_minute ? from : p->from_minute;
		p->to_minute = to > p->to_minute ? to : p->to_minute;
	}
}

static void choose_range(struct picture *p)
{
	p->from_minute = DAY_MINUTES;
	for (size_t i = 0; i < p->agenda->n_open; i++)
		widen(p, p->agenda->open[i]);
	for (size_t i = 0; i < p->agenda->n_taken; i++)
		widen(p, p->agenda->taken[i].booked);
	if (p->from_minute >= p->to_minute) {
		p->from_minute = 8 * 60;
		p->to_minute = 18 * 60;
	}
	p->from_minute = p->from_minute / 60 * 60;
	p->to_minute = (p->to_minute + 59) / 60 * 60;
}

static void choose_widths(struct picture *p)
{
	static const int minutes[] = {5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, 1440};
	const unsigned width = p->view->screen->width ? p->view->screen->width : USUAL_WIDTH;
	for (size_t i = 0; i < p->agenda->n_lanes; i++) {
		size_t w = text_width(p->agenda->lanes[i].label);
		p->label_width = w > p->label_width ? w : p->label_width;
	}
	size_t most = width < 60 ? LABEL_MOST / 2 + 1 : LABEL_MOST;
	p->label_width = p->label_width > most ? most : p->label_width;
	if (p->view->days > 1)
		p->day_width = text_width(show_day(&p->arena, (struct civil_date){2026, 9, 28},
						   p->view->first)) +
			       1;
	if (p->view->days > 1 && p->agenda->n_lanes == 1)
		p->label_width = 0;
	size_t taken =
	    p->label_width + p->day_width + 4; /* two spaces, and the last hour's two digits */
	int room = width > taken + 4 ? (int)(width - taken) : 4;
	room = room > MOST_COLUMNS ? MOST_COLUMNS : room;
	const int range = p->to_minute - p->from_minute;
	size_t i = 0;
	while (i + 1 < sizeof(minutes) / sizeof(*minutes) &&
	       (range + minutes[i] - 1) / minutes[i] > room)
		i++;
	p->cell_minutes = minutes[i];
	p->n_cells = (size_t)((range + minutes[i] - 1) / minutes[i]);
}

static void paint(const struct picture *p, struct cell *cells, struct agenda_stretch s, int64_t day,
		  struct cell with)
{
	int from, to;
	if (!minutes_in_day(s, day, &from, &to))
		return;
	int first = (from - p->from_minute) / p->cell_minutes;
	int last = (to - p->from_minute + p->cell_minutes - 1) / p->cell_minutes;
	if (from < p->from_minute)
		first = 0;
	for (int i = first; i < last && i < (int)p->n_cells; i++)
		if (i >= 0)
			cells[i] = with;
}

static bool is_own(const struct picture *p, const struct agenda_taken *t)
{
	return *p->view->member && strcmp(t->member, p->view->member) == 0;
}

static void paint_row(const struct picture *p, struct cell *cells, const struct agenda_lane *lane,
		      int64_t day)
{
	const struct agenda *a = p->agenda;
	memset(cells, 0, p->n_cells * sizeof(*cells));
	for (size_t i = 0; i < a->n_open; i++)
		paint(p, cells, a->open[i], day, (struct cell){.kind = CELL_FREE});
	for (size_t i = 0; i < a->n_taken; i++)
		if (a->taken[i].lane == lane->number)
			paint(p, cells, a->taken[i].blocked, day,
			      (struct cell){.kind = CELL_BUFFER});
	for (size_t i = 0; i < a->n_taken; i++) {
		enum cell_kind kind = is_own(p, &a->taken[i]) ? CELL_OWN : CELL_TAKEN;
		if (a->taken[i].lane == lane->number)
			paint(p, cells, a->taken[i].booked, day,
			      (struct cell){.kind = kind, .block = i});
	}
}

/* The name that fits into `room` columns: whole, shortened, the member's id, or none. */
static const char *block_name(struct picture *p, const struct agenda_taken *t, size_t room)
{
	if (text_width(t->name) <= room)
		return t->name;
	if (room >= 7 || text_width(t->member) > room)
		return room < 4 ? "" : text_cut(p->view->screen, &p->arena, t->name, room);
	return t->member;
}

static void put_times(FILE *out, const char *s, size_t n)
{
	while (n-- > 0)
		fputs(s, out);
}

/* A booking: its edge, its name, and its fill. The edge tells neighbours apart. */
static void put_block(struct picture *p, struct cell cell, size_t n)
{
	FILE *out = p->view->screen->out;
	const char *fill = glyph(p, cell.kind);
	const char *edge = !p->view->screen->unicode ? "[" : p->view->screen->colour ? "▏" : "▐";
	const char *name = n > 3 ? block_name(p, &p->agenda->taken[cell.block], n - 3) : "";
	size_t used = text_width(name);
	bool spaced = used > 0 && !p->view->screen->colour;
	fputs(n > 1 ? edge : fill, out);
	fputs(spaced ? " " : "", out);
	fputs(name, out);
	used += (spaced ? 1 : 0) + 1;
	if (spaced && used < n) {
		fputc(' ', out);
		used++;
	}
	put_times(out, fill, n - used);
}

static void put_row(struct picture *p, const struct cell *cells)
{
	const struct screen *s = p->view->screen;
	for (size_t i = 0, n; i < p->n_cells; i += n) {
		for (n = 1; i + n < p->n_cells && cells[i + n].kind == cells[i].kind &&
			    cells[i + n].block == cells[i].block;)
			n++;
		const char *colour = screen_colour(s, glyphs[cells[i].kind].paint);
		fputs(colour, s->out);
		if (cells[i].kind >= CELL_TAKEN)
			put_block(p, cells[i], n);
		else
			put_times(s->out, glyph(p, cells[i].kind), n);
		fputs(*colour ? screen_plain(s) : "", s->out);
	}
	fputc('\n', s->out);
}

static void put_label(struct picture *p, const char *day, const char *lane)
{
	const struct screen *s = p->view->screen;
	const char *cut = p->label_width ? text_cut(s, &p->arena, lane, p->label_width) : "";
	fprintf(s->out, " %s%s%s%*s", *day ? screen_colour(s, COLOUR_BOLD) : "", day,
		*day ? screen_plain(s) : "", (int)(p->day_width - text_width(day)), "");
	fprintf(s->out, "%s%*s ", cut, (int)(p->label_width - text_width(cut)), "");
}

static void put_axis(struct picture *p)
{
	static const int steps[] = {1, 2, 3, 4, 6, 12, 24};
	FILE *out = p->view->screen->out;
	size_t i = 0, column = 0;
	while (i + 1 < sizeof(steps) / sizeof(*steps) && steps[i] * 60 / p->cell_minutes < 4)
		i++;
	put_label(p, "", "");
	for (int hour = p->from_minute / 60; hour * 60 <= p->to_minute; hour++) {
		size_t at = (size_t)((hour * 60 - p->from_minute) / p->cell_minutes);
		if (hour % steps[i] || at < column || at + 2 > p->n_cells + 2)
			continue;
		fprintf(out, "%*s%02d", (int)(at - column), "", hour);
		column = at + 2;
	}
	fputc('\n', out);
}

static void put_now(struct picture *p)
{
	const struct agenda_view *v = p->view;
	int minute = v->now.second / 60;
	if (v->days != 1 || civil_date_compare(v->now.date, v->first) != 0 ||
	    minute < p->from_minute || minute >= p->to_minute)
		return;
	put_label(p, "", "");
	fprintf(v->screen->out, "%*s%s %s\n", (minute - p->from_minute) / p->cell_minutes, "",
		v->screen->unicode ? "▲" : "^", text(TEXT_NOW));
}

static void put_legend(struct picture *p)
{
	static const struct {
		enum cell_kind kind;
		enum text name;
	} rows[] = {{CELL_FREE, TEXT_LEGEND_FREE},
		    {CELL_TAKEN, TEXT_LEGEND_TAKEN},
		    {CELL_OWN, TEXT_LEGEND_OWN},
		    {CELL_BUFFER, TEXT_LEGEND_BUFFER},
		    {CELL_CLOSED, TEXT_LEGEND_CLOSED}};
	const struct screen *s = p->view->screen;
	const size_t width = s->width ? s->width : USUAL_WIDTH;
	size_t column = 0;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *name = text(rows[i].name);
		size_t needed = text_width(name) + 5;
		if (column > 0 && column + needed > width) {
			fputc('\n', s->out);
			column = 0;
		}
		const char *colour = screen_colour(s, glyphs[rows[i].kind].paint);
		const char *mark =
		    rows[i].kind == CELL_CLOSED ? (s->unicode ? "␣" : "_") : glyph(p, rows[i].kind);
		fprintf(s->out, "%s%s%s%s %s", column ? "   " : " ", colour, mark,
			*colour ? screen_plain(s) : "", name);
		column += needed;
	}
	fputc('\n', s->out);
}

static void put_title(struct picture *p)
{
	const struct agenda_view *v = p->view;
	const char *first = show_day(&p->arena, v->first, v->now.date);
	const char *last = show_day(&p->arena, civil_add_days(v->first, v->days - 1), v->now.date);
	const char *dot = v->screen->unicode ? "·" : "-";
	const char *title = v->days > 1
				? arena_printf(&p->arena, "%s %s %s %s %s", p->agenda->title, dot,
					       first, v->screen->unicode ? "–" : "-", last)
				: arena_printf(&p->arena, "%s %s %s", p->agenda->title, dot, first);
	fprintf(v->screen->out, "%s%s%s", screen_colour(v->screen, COLOUR_BOLD), title,
		screen_plain(v->screen));
	size_t width = text_width(title) + text_width(p->agenda->zone) + 3;
	if (*p->agenda->zone && width <= (v->screen->width ? v->screen->width : USUAL_WIDTH))
		fprintf(v->screen->out, " %s %s", dot, p->agenda->zone);
	fputs("\n\n", v->screen->out);
}

void agenda_draw(const struct agenda *agenda, const struct agenda_view *view)
{
	struct picture p = {.agenda = agenda, .view = view};
	struct cell cells[MOST_COLUMNS + 1];
	choose_range(&p);
	choose_widths(&p);
	put_title(&p);
	put_axis(&p);
	for (unsigned d = 0; d < view->days; d++) {
		struct civil_date date = civil_add_days(view->first, d);
		const char *day = view->days > 1 ? show_day(&p.arena, date, view->first) : "";
		for (size_t i = 0; i < agenda->n_lanes; i++) {
			paint_row(&p, cells, &agenda->lanes[i], civil_days(date) * DAY_S);
			put_label(&p, i == 0 ? day : "", agenda->lanes[i].label);
			put_row(&p, cells);
		}
	}
	put_now(&p);
	fputc('\n', view->screen->out);
	put_legend(&p);
	arena_clear(&p.arena);
}
