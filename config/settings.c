/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The daemon's settings.
 *
 * One table says what each is called, what it takes, what it is when nobody says, and what it is
 * for; the YAML file, the command line and --help all read that table. The command line is only
 * noted while getopt goes through it, then the file that it may name is read, then the notes are
 * applied over it.
 */

#include "config/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/walk.h"
#include "lib/nearest.h"

enum setting_type { SETTING_TEXT, SETTING_ADDRESS, SETTING_COUNT, SETTING_BYTES, SETTING_FLAG };

struct setting {
	const char *word, *takes; /* takes: what stands for its value in the help; NULL: a flag */
	enum setting_type type;
	bool only_command_line;
	size_t offset;
	const char *fallback; /* NULL: none, or as the help says */
	long min, max;	      /* of a count; of bytes, in MB */
	const char *help;
};

#define AT(member) offsetof(struct settings, member)
static const struct setting settings[] = {
    {"state-dir", "DIR", SETTING_TEXT, false, AT(state_dir), "/var/lib/mutuald", 0, 0,
     "where it keeps its certificates, its first administrator's token and its own database"},
    {"policy-dir", "DIR", SETTING_TEXT, false, AT(policy_dir), "/etc/mutuald/poles", 0, 0,
     "the policies: one directory of *.yaml files per pole"},
    {"listen", "ADDR:PORT", SETTING_ADDRESS, false, AT(listen), "127.0.0.1:7823", 0, 0,
     "where clients connect; [::1]:7823 for IPv6, :7823 for all addresses, port 0 for any free "
     "one"},
    {"metrics", "ADDR:PORT", SETTING_ADDRESS, false, AT(metrics), NULL, 0, 0,
     "where Prometheus finds /metrics, by HTTP: 127.0.0.1:9823, say; not said: nowhere"},
    {"database", "CONNINFO", SETTING_TEXT, false, AT(database), NULL, 0, 0,
     "an existing PostgreSQL, as \"host=db dbname=mutuald\"; not said: a private one inside the "
     "state directory"},
    {"user", "NAME", SETTING_TEXT, false, AT(user), NULL, 0, 0,
     "the user to become when started as root"},
    {"postgres-bin", "DIR", SETTING_TEXT, false, AT(postgres_bin), NULL, 0, 0,
     "where PostgreSQL's programs are, for the private database; not said: found"},
    {"names", "NAME,...", SETTING_TEXT, false, AT(names), NULL, 0, 0,
     "further names and addresses that clients call this server by, for its certificate"},
    {"tls-certificate", "FILE", SETTING_TEXT, false, AT(tls_certificate), NULL, 0, 0,
     "a certificate chain (PEM) from elsewhere; not said: one from its own authority"},
    {"tls-key", "FILE", SETTING_TEXT, false, AT(tls_key), NULL, 0, 0,
     "the key of that certificate (PEM)"},
    {"tls12", NULL, SETTING_FLAG, false, AT(tls12), NULL, 0, 0,
     "take TLS 1.2 as well as 1.3, for small devices"},
    {"max-connections", "N", SETTING_COUNT, false, AT(max_connections), "10000", 1, 1000000,
     "connections at once"},
    {"max-connections-per-address", "N", SETTING_COUNT, false, AT(max_connections_per_address),
     "1000", 1, 1000000, "connections at once from one address"},
    {"max-connections-per-member", "N", SETTING_COUNT, false, AT(max_connections_per_member), "500",
     1, 1000000, "connections at once of one member, or of one person who acts for none"},
    {"max-requests-per-member", "N", SETTING_COUNT, false, AT(max_requests_per_member), "1024", 1,
     1000000, "changes of one member on their way at once; more are read once some are answered"},
    {"auth-timeout", "SECONDS", SETTING_COUNT, false, AT(auth_timeout_s), "10", 1, 3600,
     "how long a client may take to say who it is"},
    {"idle-timeout", "SECONDS", SETTING_COUNT, false, AT(idle_timeout_s), "3600", 1, 30 * 24 * 3600,
     "how long a client may be silent"},
    {"memory", "SIZE", SETTING_BYTES, false, AT(memory_bytes), "1 GB", 1, 1000000,
     "the memory to stay within, as 512 MB or 2 GB: beyond it, poles that nobody uses are let go, "
     "and loaded again when they are asked for"},
    {"rest-after", "SECONDS", SETTING_COUNT, false, AT(rest_after_s), "600", 1, 30 * 24 * 3600,
     "how long a pole that nobody uses stays in memory"},
    {"verbose", NULL, SETTING_FLAG, false, AT(verbose), NULL, 0, 0, "log more"},
    {"check", NULL, SETTING_FLAG, true, AT(check), NULL, 0, 0,
     "check settings and policies, then exit"},
    {"migrate", NULL, SETTING_FLAG, true, AT(migrate), NULL, 0, 0,
     "bring the database up to date, then exit"},
    {"replay", "POLE", SETTING_TEXT, true, AT(replay), NULL, 0, 0,
     "decide everything in this pole's log again, tell what comes out differently, then exit; "
     "changes nothing"},
    {"verify", "[POLE]...", SETTING_FLAG, true, AT(verify), NULL, 0, 0,
     "verify that the database of these poles, or of all, says what their logs say, then exit: 0 "
     "it does, 1 it does not, 3 could not be told; changes nothing"},
};
enum { N_SETTINGS = sizeof(settings) / sizeof(*settings) };

/* Of the command line alone, and of no struct settings. */
static const struct {
	const char *word, *takes, *help;
} commands[] = {
    {"config", "FILE",
     "read settings from FILE: YAML, with the words above as keys; the command line wins"},
    {"help", NULL, "show this, then exit"},
    {"version", NULL, "show the version, then exit"},
    {"policy-schema", NULL, "show the JSON Schema of policy files, then exit"},
};
enum { COMMAND_CONFIG, COMMAND_HELP, COMMAND_VERSION, COMMAND_POLICY_SCHEMA, N_COMMANDS };
enum { N_OPTIONS = N_SETTINGS + N_COMMANDS };

enum { NOTE_WORD = N_OPTIONS }; /* not an option */

struct note {	    /* an argument of the command line */
	int option; /* of the settings; N_SETTINGS and up: of the commands; NOTE_WORD */
	const char *value;
};

/* ADDR:PORT; the address may be empty, one of IPv6 stands in brackets. */
static bool is_address(const char *s)
{
	const char *port = strrchr(s, ':');
	size_t host = port ? (size_t)(port - s) : 0, digits;

	if (!port)
		return false;
	if (s[0] == '[') {
		if (host < 3 || s[host - 1] != ']' ||
		    strspn(s + 1, "0123456789abcdefABCDEF:.") != host - 2)
			return false;
	} else if (strspn(s, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-.") !=
		   host) {
		return false;
	}
	digits = strspn(port + 1, "0123456789");
	return digits >= 1 && digits <= 5 && port[1 + digits] == '\0' && atol(port + 1) <= 65535;
}

static void set_count(struct settings *s, const struct setting *row, const char *value,
		      struct place place, struct problems *problems)
{
	size_t digits = strspn(value, "0123456789");
	long n = digits >= 1 && digits <= 9 && value[digits] == '\0' ? atol(value) : -1;

	if (n < row->min || n > row->max)
		problems_add(problems, place, "\"%s\" is not a number from %ld to %ld", value,
			     row->min, row->max);
	else
		*(long *)((char *)s + row->offset) = n;
}

/* A number of MB or GB. */
static int64_t megabytes_of(const char *value)
{
	static const struct {
		const char *word;
		int64_t mb;
	} units[] = {{"MB", 1}, {"GB", 1024}};
	size_t digits = strspn(value, "0123456789");
	const char *unit = value + digits + strspn(value + digits, " ");

	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (digits >= 1 && digits <= 9 && strcmp(unit, units[i].word) == 0)
			return atol(value) * units[i].mb;
	return -1;
}

static void set_bytes(struct settings *s, const struct setting *row, const char *value,
		      struct place place, struct problems *problems)
{
	int64_t mb = megabytes_of(value);

	if (mb < row->min || mb > row->max)
		problems_add(problems, place,
			     "\"%s\" is not a size from %ld MB to %ld MB; write 512 MB, or 2 GB",
			     value, row->min, row->max);
	else
		*(int64_t *)((char *)s + row->offset) = mb * 1024 * 1024;
}

static void set(struct settings *s, const struct setting *row, const char *value,
		struct place place, struct problems *problems)
{
	if (row->type == SETTING_COUNT) {
		set_count(s, row, value, place, problems);
	} else if (row->type == SETTING_BYTES) {
		set_bytes(s, row, value, place, problems);
	} else if (*value == '\0') {
		problems_add(problems, place, "says nothing; write %s, or leave it out",
			     row->takes);
	} else if (row->type == SETTING_ADDRESS && !is_address(value)) {
		problems_add(problems, place,
			     "\"%s\" is not an address and a port; write 127.0.0.1:7823, "
			     "[::1]:7823 or :7823",
			     value);
	} else {
		*(const char **)((char *)s + row->offset) = arena_strdup(&s->arena, value);
	}
}

static const struct setting *setting_of(const char *word)
{
	for (size_t i = 0; i < N_SETTINGS; i++)
		if (strcmp(settings[i].word, word) == 0)
			return &settings[i];
	return NULL;
}

static void set_from_file(struct walk *w, void *into, const struct key_row *row,
			  const struct node *value)
{
	set(into, setting_of(row->word), value->text, value->place, w->problems);
}

static void read_config(struct settings *s, const struct policy_file *file,
			struct problems *problems)
{
	struct key_row rows[N_SETTINGS];
	struct key_table table = {rows, 0, NULL};
	struct walk w = {.problems = problems, .arena = &s->arena};
	struct arena nodes = {0};
	struct node *root;

	for (size_t i = 0; i < N_SETTINGS; i++) {
		const struct setting *row = &settings[i];
		bool flag = row->type == SETTING_FLAG;

		if (!row->only_command_line)
			rows[table.n++] =
			    (struct key_row){row->word, flag ? KEY_BOOL : KEY_TEXT, false,
					     flag ? walk_set_bool : set_from_file, row->offset};
	}
	if (yaml_read(file, &nodes, problems, &root) == YAML_OK)
		walk_map(&w, root, root->place, &table, s);
	arena_clear(&nodes);
}

static void read_config_file(struct settings *s, const char *path, struct problems *problems)
{
	struct policy_file file = {.name = path};
	char *text = memory_new(POLICY_FILE_MAX_BYTES + 1);
	FILE *f = fopen(path, "re");
	size_t before = problems->n;

	if (f) {
		file.text = text;
		file.n = fread(text, 1, POLICY_FILE_MAX_BYTES + 1, f);
	}
	if (!f || ferror(f))
		problems_add(problems, (struct place){path, 0, 0}, "cannot be read: %s",
			     strerror(errno));
	if (f)
		fclose(f);
	if (problems->n == before)
		read_config(s, &file, problems);
	free(text);
}

static void add_option(struct option *ret, const char *word, bool takes)
{
	*ret = (struct option){word, takes ? required_argument : no_argument, NULL, 0};
}

static void fill_options(struct option *options, const char **words)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		bool is_command = i >= N_SETTINGS;
		const char *takes = is_command ? commands[i - N_SETTINGS].takes : settings[i].takes;

		words[i] = is_command ? commands[i - N_SETTINGS].word : settings[i].word;
		add_option(&options[i], words[i], takes && *takes != '[');
	}
}

static struct place option_place(struct problems *problems, const char *word)
{
	return (struct place){arena_printf(&problems->arena, "--%s", word), 0, 0};
}

/* getopt tells only that it did not like the last argument, or which letter of one. */
static const char *disliked(char **argv, struct problems *problems)
{
	return optopt ? arena_printf(&problems->arena, "-%c", optopt) : argv[optind - 1];
}

static void report_option(struct problems *problems, const char *argument, const char *const *words,
			  bool lacks_value)
{
	size_t length = strcspn(argument, "=");
	const char *word = arena_strndup(&problems->arena, argument, length);
	const char *near =
	    strncmp(word, "--", 2) == 0 ? nearest_word(word + 2, words, N_OPTIONS) : NULL;
	struct place place = {word, 0, 0};

	if (lacks_value)
		problems_add(problems, place, "needs a value; write it after a space or a =");
	else if (near && strcmp(near, word + 2) == 0)
		problems_add(problems, place, "takes no value");
	else if (near)
		problems_add(problems, place, "unknown option; did you mean --%s?", near);
	else
		problems_add(problems, place, "unknown option; --help lists them all");
}

/* Once for all that stand together, as in `-hhh`: there is room for a note of each argument. */
static void note_help(struct note *notes, size_t *n)
{
	const int help = N_SETTINGS + COMMAND_HELP;

	if (!*n || notes[*n - 1].option != help)
		notes[(*n)++] = (struct note){help, NULL};
}

static size_t note_options(int argc, char **argv, struct note *notes, struct problems *problems)
{
	struct option options[N_OPTIONS + 1] = {0};
	const char *words[N_OPTIONS];
	size_t n = 0;
	int at, c;

	fill_options(options, words);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, "-:h", options, &at)) != -1) {
		if (c == 0)
			notes[n++] = (struct note){at, optarg};
		else if (c == 'h')
			note_help(notes, &n);
		else if (c == 1)
			notes[n++] = (struct note){NOTE_WORD, optarg};
		else
			report_option(problems, disliked(argv, problems), words, c == ':');
	}
	for (; optind < argc; optind++)
		notes[n++] = (struct note){NOTE_WORD, argv[optind]};
	return n;
}

static const struct note *last_note(const struct note *notes, size_t n, int command)
{
	while (n > 0)
		if (notes[--n].option == N_SETTINGS + command)
			return &notes[n];
	return NULL;
}

static void apply_notes(struct settings *s, const struct note *notes, size_t n,
			struct problems *problems)
{
	for (size_t i = 0; i < n; i++) {
		const struct setting *row;

		if (notes[i].option >= N_SETTINGS)
			continue;
		row = &settings[notes[i].option];
		if (row->type == SETTING_FLAG)
			*(bool *)((char *)s + row->offset) = true;
		else
			set(s, row, notes[i].value, option_place(problems, row->word), problems);
	}
}

/* Words that are no options: the poles of --verify. */
static void apply_words(struct settings *s, const struct note *notes, size_t n,
			struct problems *problems)
{
	s->verify_poles = arena_new_n(&s->arena, const char *, n);
	for (size_t i = 0; i < n; i++) {
		if (notes[i].option != NOTE_WORD)
			continue;
		if (s->verify)
			s->verify_poles[s->n_verify_poles++] =
			    arena_strdup(&s->arena, notes[i].value);
		else
			problems_add(
			    problems, (struct place){notes[i].value, 0, 0},
			    "is not an option; an option begins with --, its value follows it");
	}
}

static void set_fallbacks(struct settings *s)
{
	struct problems none = {0};

	for (size_t i = 0; i < N_SETTINGS; i++)
		if (settings[i].fallback)
			set(s, &settings[i], settings[i].fallback, (struct place){0}, &none);
}

static void check_together(const struct settings *s, struct problems *problems)
{
	if (!s->tls_certificate != !s->tls_key)
		problems_add(problems,
			     (struct place){s->tls_key ? "tls-key" : "tls-certificate", 0, 0},
			     "a certificate and its key come together; say %s as well",
			     s->tls_key ? "tls-certificate" : "tls-key");
	if (s->database && s->postgres_bin)
		problems_add(problems, (struct place){"postgres-bin", 0, 0},
			     "is for the private database, and database names another; leave one "
			     "of them out");
}

int settings_load(int argc, char **argv, struct settings *ret, struct problems *ret_problems)
{
	struct note *notes = memory_new(((size_t)argc + 1) * sizeof(*notes));
	size_t before = ret_problems->n, n = note_options(argc, argv, notes, ret_problems);
	const struct note *config = last_note(notes, n, COMMAND_CONFIG);
	int answer = SETTINGS_OK;

	*ret = (struct settings){0};
	set_fallbacks(ret);
	if (last_note(notes, n, COMMAND_HELP)) {
		answer = SETTINGS_HELP;
	} else if (last_note(notes, n, COMMAND_VERSION)) {
		answer = SETTINGS_VERSION;
	} else if (last_note(notes, n, COMMAND_POLICY_SCHEMA)) {
		answer = SETTINGS_POLICY_SCHEMA;
	} else {
		if (config)
			read_config_file(ret, config->value, ret_problems);
		apply_notes(ret, notes, n, ret_problems);
		apply_words(ret, notes, n, ret_problems);
		check_together(ret, ret_problems);
		answer = ret_problems->n > before ? SETTINGS_E_PROBLEMS : SETTINGS_OK;
	}
	free(notes);
	return answer;
}

void settings_clear(struct settings *s)
{
	arena_clear(&s->arena);
	*s = (struct settings){0};
}

enum { HELP_COLUMN = 34, HELP_WIDTH = 100 };

/* Adds words of `text`, broken at the width, indented to the column. */
static void print_wrapped(FILE *f, size_t column, const char *text)
{
	while (*text) {
		size_t length = strcspn(text, " ");

		if (column + 1 + length > HELP_WIDTH) {
			fprintf(f, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			fputc(' ', f);
			column++;
		}
		fwrite(text, 1, length, f);
		column += length;
		text += length + strspn(text + length, " ");
	}
	fputc('\n', f);
}

static void print_option(FILE *f, const char *word, const char *takes, const char *help,
			 const char *fallback)
{
	struct arena a = {0};
	int n = fprintf(f, "  --%s%s%s", word, takes ? " " : "", takes ? takes : "");

	if (n < HELP_COLUMN - 1)
		fprintf(f, "%*s", HELP_COLUMN - n, "");
	else
		fprintf(f, "\n%*s", HELP_COLUMN, "");
	print_wrapped(f, HELP_COLUMN,
		      fallback ? arena_printf(&a, "%s (default %s)", help, fallback) : help);
	arena_clear(&a);
}

static const char help_head[] =
    "Usage: mutuald [--OPTION VALUE]...\n"
    "\n"
    "Schedules what the members of a pole share: vans, rooms, machines, people. Clients speak\n"
    "MUTUAL/1 over TLS; the program to do so is `mutual`.\n"
    "\n";

static const char help_tail[] =
    "\n"
    "To try it, with a database of its own and everything in one place:\n"
    "\n"
    "  mutuald --state-dir /tmp/pole --policy-dir config/example\n"
    "\n"
    "To run it, put the same words into a file, and start `mutuald --config FILE`:\n"
    "\n"
    "  listen: \":7823\"\n"
    "  names: pole.example.org\n"
    "  database: host=/run/postgresql dbname=mutuald\n"
    "  user: mutuald\n"
    "\n"
    "`mutuald --config FILE --check` tells all that is wrong with settings and policies, and "
    "changes\n"
    "nothing. SIGHUP reads the policies again. How to write a policy: mutuald-policy(5).\n";

const char *settings_help(struct settings *s)
{
	char *text = NULL;
	const char *kept;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (!f)
		abort();
	fputs(help_head, f);
	for (size_t i = 0; i < N_SETTINGS; i++)
		print_option(f, settings[i].word, settings[i].takes, settings[i].help,
			     settings[i].fallback);
	for (size_t i = 0; i < N_COMMANDS; i++)
		print_option(f, commands[i].word, commands[i].takes, commands[i].help, NULL);
	fputs(help_tail, f);
	fclose(f);
	kept = arena_strdup(&s->arena, text);
	free(text);
	return kept;
}
