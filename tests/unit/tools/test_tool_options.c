/* SPDX-License-Identifier: MIT */
#include "testing.h"

#include "arguments/command_line.h"
#include "arguments/suggestion.h"
#include "commands/commands.h"

#include <math.h>
#include <unistd.h>

static struct {
    int batch, top;
    int64_t seed, pixels;
    double rate;
    const char *kind, *shape, *weights;
    bool json, verbose;
} chosen;

static const option_row inner[] = {
    {"rate", 'r', OPTION_FLOAT, &chosen.rate, "X", "a real number", 0, INFINITY},
    {"kind", 0, OPTION_TEXT, &chosen.kind, "one|two|three-4", "a choice", 0, 0},
    {0},
};

static const option_row options[] = {
    {"batch-size", 'b', OPTION_INT, &chosen.batch, "N", "a whole number", 1, 512},
    {"top", 0, OPTION_INT, &chosen.top, "N", "any int", 0, 0},
    {"", 0, OPTION_TABLE, inner, NULL, NULL, 0, 0},
    {"seed", 0, OPTION_LONG, &chosen.seed, "N", "64 bits", 0, 0},
    {"max-pixels", 0, OPTION_LONG, &chosen.pixels, "N", "a large number", 1, 1e12},
    {"shape", 0, OPTION_TEXT, &chosen.shape, "N,C|N,C,H,W", "not a list of choices", 0, 0},
    {"weights", 'w', OPTION_FILE, &chosen.weights, "FILE", "a file", 0, 0},
    {"json", 'j', OPTION_FLAG, &chosen.json, NULL, "a flag", 0, 0},
    {"verbose", 'v', OPTION_FLAG, &chosen.verbose, NULL, "another", 0, 0},
    {0},
};

static char arguments_seen[256];

static int run(int count, char **arguments)
{
    arguments_seen[0] = '\0';
    for (int i = 0; i < count; i++) {
        strcat(arguments_seen, i ? " " : "");
        strcat(arguments_seen, arguments[i]);
    }
    return EXIT_DONE;
}

static const command example = {.name = "try",
                                .arguments = "FILE ...",
                                .summary = "try",
                                .options = options,
                                .most = 3,
                                .run = run};

/* Parses a line of words separated by spaces; what it prints is stored in `said`. */
static char said[1024];

static int parse_for(const command *asked, const char *line)
{
    static char text[512]; /* values point into it */
    char *words[32];
    int count = 0;
    snprintf(text, sizeof text, "try %s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        words[count++] = word;
    words[count] = NULL;
    memset(&chosen, 0, sizeof chosen);
    FILE *caught = tmpfile();
    int terminal = dup(STDERR_FILENO);
    assert_non_null(caught);
    dup2(fileno(caught), STDERR_FILENO);
    int status = run_command(asked, count, words);
    dup2(terminal, STDERR_FILENO);
    close(terminal);
    rewind(caught);
    said[fread(said, 1, sizeof said - 1, caught)] = '\0';
    fclose(caught);
    return status;
}

static int parse(const char *line)
{
    return parse_for(&example, line);
}

#define ACCEPTED(line) assert_int_equal(parse(line), EXIT_DONE)
#define REFUSED(line, message)                                                                     \
    do {                                                                                           \
        assert_int_equal(parse(line), EXIT_REFUSED);                                               \
        assert_string_equal(said, "densenet: try: " message "\n");                                 \
    } while (0)

static void values_follow_or_are_joined(void **state)
{
    (void)state;
    ACCEPTED("--batch-size 7 --rate=0.5 --kind three-4 -w a.pth");
    assert_int_equal(chosen.batch, 7);
    assert_true(chosen.rate == 0.5);
    assert_string_equal(chosen.kind, "three-4");
    ACCEPTED("-b7 -jv -r 1e-3");
    assert_int_equal(chosen.batch, 7);
    assert_true(chosen.json && chosen.verbose);
    assert_true(chosen.rate == 1e-3);
    ACCEPTED("-jb 12 --weights=--odd --shape=");
    assert_int_equal(chosen.batch, 12);
    assert_string_equal(chosen.weights, "--odd");
    assert_string_equal(chosen.shape, "");
    ACCEPTED("--shape 1,3,H");
    assert_string_equal(chosen.shape, "1,3,H");
}

static void arguments_and_options_mix(void **state)
{
    (void)state;
    ACCEPTED("a -j b");
    assert_string_equal(arguments_seen, "a b");
    ACCEPTED("a -- -j --top");
    assert_string_equal(arguments_seen, "a -j --top");
    assert_false(chosen.json);
    ACCEPTED("- -3 -.5");
    assert_string_equal(arguments_seen, "- -3 -.5");
    REFUSED("a b c d", "unexpected argument \"d\"; usage: densenet try [OPTION ...] FILE ...");
}

static void the_last_of_repeated_options_counts(void **state)
{
    (void)state;
    ACCEPTED("--top 1 --top=2 --json --json --top -3");
    assert_int_equal(chosen.top, -3);
    assert_true(chosen.json);
}

static void numbers_are_whole_and_in_range(void **state)
{
    (void)state;
    ACCEPTED("--top 2147483647 --seed 9223372036854775807 --max-pixels 4e9 --batch-size 1e2");
    assert_true(chosen.seed == INT64_MAX && chosen.pixels == 4000000000);
    assert_int_equal(chosen.batch, 100);
    REFUSED("--top 2147483648",
            "--top: 2147483648 is out of range: -2147483648 to 2147483647 is expected");
    REFUSED("-b 0", "--batch-size: 0 is out of range: 1 to 512 is expected");
    REFUSED("--rate -0.1", "--rate: -0.1 is out of range: at least 0 is expected");
    REFUSED("--max-pixels=2e12",
            "--max-pixels: 2e12 is out of range: 1 to 1000000000000 is expected");
    REFUSED("--seed 9223372036854775808", "--seed: \"9223372036854775808\" is not a whole number");
    static const char *const broken[] = {"",    "x",   "3x",    "0x10", "1.5",
                                         "inf", "nan", "1e400", "1e17"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        char line[64];
        snprintf(line, sizeof line, "--seed=%s", broken[i]);
        assert_int_equal(parse(line), EXIT_REFUSED);
        assert_non_null(strstr(said, "is not a whole number"));
    }
    REFUSED("--rate=inf", "--rate: \"inf\" is not a number");
    REFUSED("--rate 0x1p3", "--rate: \"0x1p3\" is not a number");
}

static void mistakes_get_one_sentence(void **state)
{
    (void)state;
    REFUSED("--batchsize 3", "unknown option --batchsize; did you mean --batch-size?");
    REFUSED("--batch 3", "unknown option --batch; did you mean --batch-size?");
    REFUSED("--jsno", "unknown option --jsno; did you mean --json?");
    REFUSED("--rte=3", "unknown option --rte; did you mean --rate?");
    REFUSED("--wholly-unlike", "unknown option --wholly-unlike; densenet try --help lists them");
    REFUSED("-x", "unknown option -x; densenet try --help lists them");
    REFUSED("--kind four", "--kind: \"four\" is not one of one|two|three-4");
    REFUSED("--kind=", "--kind: \"\" is not one of one|two|three-4");
    REFUSED("--json=yes", "--json takes no value, found \"yes\"");
    REFUSED("--top", "--top needs a value (N)");
    REFUSED("-w --json",
            "--weights needs a value (FILE), found --json; --weights=--json says that it is meant");
}

static void suggestions_are_near(void **state)
{
    (void)state;
    suggestion near = {.word = "sumary", .length = 6};
    suggest(&near, "predict");
    assert_null(near.best);
    suggest(&near, "summary");
    suggest(&near, "summon");
    assert_string_equal(near.best, "summary");
    suggestion empty = {.word = "", .length = 0};
    suggest(&empty, "x");
    assert_null(empty.best);
}

static void threads_have_one_limit(void **state)
{
    (void)state;
    int having = 0;
    for (int i = 0; commands[i]; i++) {
        if (!option_named(commands[i]->options, "threads", strlen("threads")))
            continue;
        command shadow = {.name = "try", .options = commands[i]->options, .run = run};
        assert_int_equal(parse_for(&shadow, "-t 4096"), EXIT_DONE);
        assert_int_equal(parse_for(&shadow, "--threads 4097"), EXIT_REFUSED);
        assert_string_equal(
            said, "densenet: try: --threads: 4097 is out of range: 0 to 4096 is expected\n");
        having++;
    }
    assert_int_equal(having, 10);
}

/* Every command's own table, as the program ships it. */
static void tables_are_sound(void **state)
{
    (void)state;
    for (int i = 0; commands[i]; i++) {
        const option_row *row, *other;
        assert_true(commands[i]->name && commands[i]->arguments && commands[i]->summary);
        for (int j = 0; (row = option_at(commands[i]->options, j)); j++) {
            bool flag = row->type == OPTION_FLAG;
            if (!row->help || flag != !row->argument || row->low > row->high)
                fail_msg("%s --%s: no help, or argument or range amiss", commands[i]->name,
                         row->name);
            for (int k = 0; k < j && (other = option_at(commands[i]->options, k)); k++)
                if (strcmp(row->name, other->name) == 0 ||
                    (row->letter && row->letter == other->letter))
                    fail_msg("%s: --%s twice", commands[i]->name, row->name);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_follow_or_are_joined),
        cmocka_unit_test(arguments_and_options_mix),
        cmocka_unit_test(the_last_of_repeated_options_counts),
        cmocka_unit_test(numbers_are_whole_and_in_range),
        cmocka_unit_test(mistakes_get_one_sentence),
        cmocka_unit_test(suggestions_are_near),
        cmocka_unit_test(threads_have_one_limit),
        cmocka_unit_test(tables_are_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
