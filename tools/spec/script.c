/* The commands of a script, one handler each.
 *
 * An expected message must be a prefix of the actual one, as in the reference
 * interpreter.
 */
#include "tools/spec/script.h"

#include "tools/cli/engines.h"
#include "tools/cli/file.h"
#include "tools/spec/run.h"
#include "tools/spec/thread.h"
#include "tools/spec/value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A file being run: commands point into both. */
struct source {
    struct source *next;
    struct buf text;
    struct script script;
};

static bool is_assertion(enum script_command_kind kind)
{
    return kind >= SCRIPT_ASSERT_RETURN && kind <= SCRIPT_ASSERT_INVALID_CUSTOM;
}

static uint32_t count_assertions(const struct script_command *commands,
                                 uint32_t len, unsigned nesting)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < len; i++) {
        n += is_assertion(commands[i].kind);
        if (nesting < NESTING_MAX)
            n += count_assertions(commands[i].commands,
                                  commands[i].commands_len, nesting + 1);
    }
    return n;
}

/* -------------------------------------------------------- verdicts */

static void pass(struct run *r)
{
    if (is_assertion(r->command->kind))
        r->tally->passed++;
}

static void skip_n(struct run *r, enum skip_reason reason, uint32_t n)
{
    r->tally->skipped += n;
    r->tally->skips[reason] += n;
}

static void skip(struct run *r, enum skip_reason reason)
{
    skip_n(r, reason, is_assertion(r->command->kind));
}

static void print_subject(struct run *r)
{
    const struct script_command *c = r->command;
    fprintf(r->report, "%s:%" PRIu32 ": %s", r->job->label, c->line,
            wc_script_command_text(c->kind));
    if (c->action)
        fprintf(r->report, " (%s \"%.*s\")",
                c->action->kind == SCRIPT_GET ? "get" : "invoke",
                (int)c->action->name.len, (const char *)c->action->name.data);
    fputc('\n', r->report);
}

static void fail(struct run *r, const struct buf *expected,
                 const struct buf *got)
{
    r->tally->failed++;
    print_subject(r);
    fprintf(r->report, "    expected  %.*s\n    got       %.*s\n",
            (int)expected->len, (const char *)expected->data, (int)got->len,
            (const char *)got->data);
}

static void print_values(struct buf *out, const struct outcome *o)
{
    const slot *value = o->values;
    wc_buf_string(out, o->types_len ? "" : "nothing");
    for (uint32_t i = 0; i < o->types_len; i++) {
        wc_buf_string(out, i ? ", " : "");
        value_print(out, o->types[i], value);
        value += valtype_slots(o->types[i]);
    }
}

static void print_outcome(struct buf *out, const struct outcome *o)
{
    char text[512];
    switch (o->kind) {
    case OUTCOME_OK:
        if (o->instance)
            wc_buf_string(out, "an instance");
        else
            print_values(out, o);
        break;
    case OUTCOME_ERROR:
        wc_error_format(&o->error, text, sizeof text);
        wc_buf_string(out, text);
        break;
    case OUTCOME_TRAP:
        wc_buf_printf(out, "trap: %s", o->text);
        break;
    case OUTCOME_EXCEPTION:
        wc_buf_string(out, "an exception");
        break;
    case OUTCOME_UNSUPPORTED:
    case OUTCOME_MISUSE:
        wc_buf_string(out, o->text);
        break;
    }
}

/* Passes when `ok`, skips what is not supported, else fails with the text in
 * `expected`, which is freed. */
static void judge(struct run *r, bool ok, struct outcome *o,
                  struct buf *expected)
{
    if (ok) {
        pass(r);
    } else if (o->kind == OUTCOME_UNSUPPORTED) {
        skip(r, SKIP_UNSUPPORTED);
    } else {
        struct buf got = {0};
        print_outcome(&got, o);
        fail(r, expected, &got);
        wc_buf_free(&got);
    }
    wc_buf_free(expected);
    outcome_free(o);
}

void run_fail(struct run *r, const char *expected, const char *got)
{
    struct buf want = {0}, have = {0};
    wc_buf_string(&want, expected);
    wc_buf_string(&have, got);
    fail(r, &want, &have);
    wc_buf_free(&want);
    wc_buf_free(&have);
}

static bool has_prefix(const char *message, struct span prefix)
{
    return prefix.len <= strlen(message) &&
           (prefix.len == 0 || memcmp(message, prefix.data, prefix.len) == 0);
}

/* -------------------------------------------------------- definitions */

static enum subject_state state_of(const struct outcome *o)
{
    return o->kind == OUTCOME_OK            ? SUBJECT_READY
           : o->kind == OUTCOME_UNSUPPORTED ? SUBJECT_UNSUPPORTED
                                            : SUBJECT_FAILED;
}

static void add_subject(struct run *r, subject_list *list, struct span id,
                        const struct outcome *o, struct module *module)
{
    struct subject s = {.id = id,
                        .state = state_of(o),
                        .line = r->command->line,
                        .module = module,
                        .instance = o->instance};
    if (!vec_push(list, s))
        run_fail(r, "a definition", "out of memory");
}

static void judge_definition(struct run *r, struct outcome *o,
                             const char *expected)
{
    struct buf text = {0};
    wc_buf_string(&text, expected);
    judge(r, o->kind == OUTCOME_OK, o, &text);
}

static void do_module(struct run *r)
{
    const struct script_module *m = r->command->module;
    struct module *module;
    struct outcome o;
    session_load(&r->session, m, &module, &o);
    add_subject(r, &r->session.modules, m->id, &o, module);
    if (!m->definition) {
        if (module)
            session_instantiate(&r->session, module, &o);
        add_subject(r, &r->session.instances, m->id, &o, NULL);
    }
    judge_definition(r, &o, m->definition ? "a valid module" : "an instance");
}

/* Instantiates the module that `id` names. */
static void instantiate_named(struct run *r, struct span id, struct outcome *o)
{
    struct subject *m = session_find(&r->session.modules, id);
    *o = (struct outcome){.kind = OUTCOME_MISUSE, .error = ERROR_INIT};
    if (!m || m->state == SUBJECT_FAILED)
        snprintf(o->text, sizeof o->text, "there is no such module");
    else if (m->state == SUBJECT_UNSUPPORTED)
        o->kind = OUTCOME_UNSUPPORTED;
    else
        session_instantiate(&r->session, m->module, o);
}

static void do_instance(struct run *r)
{
    struct outcome o;
    instantiate_named(r, r->command->module_id, &o);
    add_subject(r, &r->session.instances, r->command->id, &o, NULL);
    judge_definition(r, &o, "an instance");
}

static void do_register(struct run *r)
{
    const struct script_command *c = r->command;
    struct subject *i = session_find(&r->session.instances, c->id);
    struct error e = ERROR_INIT;
    if (!i)
        run_fail(r, "an instance to register", "none");
    else if (!session_register(&r->session, c->string, i, &e))
        run_fail(r, "an instance to register", e.message);
}

/* -------------------------------------------------------- actions */

static void do_action(struct run *r)
{
    struct outcome o;
    session_act(&r->session, r->command->action, &o);
    judge_definition(r, &o, "an action that returns");
}

static bool results_match(const struct script_command *c,
                          const struct outcome *o)
{
    const slot *value = o->values;
    if (o->kind != OUTCOME_OK || o->types_len != c->results_len)
        return false;
    for (uint32_t i = 0; i < c->results_len; i++) {
        if (!value_matches(&c->results[i], o->types[i], value))
            return false;
        value += valtype_slots(o->types[i]);
    }
    return true;
}

static void assert_return(struct run *r)
{
    const struct script_command *c = r->command;
    struct outcome o;
    struct buf expected = {0};
    session_act(&r->session, c->action, &o);
    bool ok = results_match(c, &o);
    wc_buf_string(&expected, c->results_len ? "" : "nothing");
    for (uint32_t i = 0; !ok && i < c->results_len; i++) {
        wc_buf_string(&expected, i ? ", " : "");
        value_print_pattern(&expected, &c->results[i]);
    }
    judge(r, ok, &o, &expected);
}

static void assert_exception(struct run *r)
{
    struct outcome o;
    struct buf expected = {0};
    session_act(&r->session, r->command->action, &o);
    wc_buf_string(&expected, "an exception");
    judge(r, o.kind == OUTCOME_EXCEPTION, &o, &expected);
}

/* Does what the assertion is about: an action, a module to instantiate, or an
 * instance of a module defined before. */
static void attempt(struct run *r, struct outcome *o)
{
    const struct script_command *c = r->command;
    if (c->action) {
        session_act(&r->session, c->action, o);
        return;
    }
    if (!c->module) {
        instantiate_named(r, c->module_id, o);
        return;
    }
    struct module *module;
    session_load(&r->session, c->module, &module, o);
    if (module) {
        session_instantiate(&r->session, module, o);
        wc_module_unref(module);
    }
}

static void assert_trap(struct run *r)
{
    const struct script_command *c = r->command;
    struct outcome o;
    struct buf expected = {0};
    attempt(r, &o);
    wc_buf_printf(&expected, "trap: %.*s", (int)c->string.len,
                  (const char *)c->string.data);
    bool ok = o.kind == OUTCOME_TRAP && has_prefix(o.text, c->string);
    judge(r, ok, &o, &expected);
}

static void assert_unlinkable(struct run *r)
{
    const struct script_command *c = r->command;
    struct outcome o;
    struct buf expected = {0};
    attempt(r, &o);
    wc_buf_printf(&expected, "unlinkable: %.*s", (int)c->string.len,
                  (const char *)c->string.data);
    bool ok = o.kind == OUTCOME_ERROR && o.error.kind == ERROR_UNLINKABLE &&
              has_prefix(o.error.message, c->string);
    judge(r, ok, &o, &expected);
}

/* -------------------------------------------------------- bad modules */

#define KIND(k) (1u << ERROR_##k)

/* The kinds of error each of these assertions may mean. */
static unsigned kinds_expected(enum script_command_kind kind)
{
    switch (kind) {
    case SCRIPT_ASSERT_INVALID:
        return KIND(INVALID) | KIND(LIMIT);
    case SCRIPT_ASSERT_MALFORMED:
        return KIND(MALFORMED) | KIND(SYNTAX) | KIND(LIMIT);
    case SCRIPT_ASSERT_INVALID_CUSTOM:
        return KIND(INVALID);
    default:
        return KIND(MALFORMED) | KIND(SYNTAX);
    }
}

static void assert_bad_module(struct run *r)
{
    const struct script_command *c = r->command;
    struct outcome o = {.kind = OUTCOME_ERROR, .error = ERROR_INIT};
    struct buf expected = {0};
    bool customs = c->kind == SCRIPT_ASSERT_MALFORMED_CUSTOM ||
                   c->kind == SCRIPT_ASSERT_INVALID_CUSTOM;
    bool bad = !session_check(&r->session, c->module, customs, &o.error);
    if (!bad) {
        o.kind = OUTCOME_MISUSE;
        snprintf(o.text, sizeof o.text, "a valid module");
    }
    wc_buf_printf(&expected, "%s: %.*s",
                  c->kind == SCRIPT_ASSERT_INVALID ||
                          c->kind == SCRIPT_ASSERT_INVALID_CUSTOM
                      ? "invalid"
                      : "malformed",
                  (int)c->string.len, (const char *)c->string.data);
    bool ok = bad && (kinds_expected(c->kind) >> o.error.kind & 1) != 0 &&
              has_prefix(o.error.message, c->string);
    judge(r, ok, &o, &expected);
}

/* -------------------------------------------------------- the rest */

static void do_script(struct run *r)
{
    const struct script_command *c = r->command;
    if (r->nesting == NESTING_MAX) {
        run_fail(r, "a script", "scripts nest too deep");
        return;
    }
    r->nesting++;
    run_commands(r, c->commands, c->commands_len);
    r->nesting--;
}

/* The path of a file that the script names, as seen from here. */
static char *beside_script(const struct run *r, struct span name)
{
    const char *slash = strrchr(r->job->path, '/');
    int dir = slash ? (int)(slash + 1 - r->job->path) : 0;
    size_t size = (size_t)dir + name.len + 1;
    char *path = malloc(size);
    if (path)
        snprintf(path, size, "%.*s%.*s", dir, r->job->path, (int)name.len,
                 (const char *)name.data);
    return path;
}

/* Reads and parses a script, which is kept until the run ends. */
static struct source *open_source(struct run *r, const char *path,
                                  struct error *e)
{
    struct source *s = calloc(1, sizeof *s);
    if (!s) {
        wc_error_no_memory(e, "reading a script");
        return NULL;
    }
    s->next = r->sources;
    r->sources = s;
    if (!file_read(path, &s->text, e))
        return NULL;
    if (file_is_binary(&s->text)) {
        wc_error_set(e, ERROR_SYNTAX, ERROR_NO_OFFSET,
                     "binary modules are not read from files");
        return NULL;
    }
    return wc_script_parse(&s->script, (const char *)s->text.data, s->text.len,
                           e)
               ? s
               : NULL;
}

void run_end(struct run *r)
{
    while (r->sources) {
        struct source *s = r->sources;
        r->sources = s->next;
        wc_script_free(&s->script);
        wc_buf_free(&s->text);
        free(s);
    }
}

/* (input "file"): a script, or a module in the text format. */
static void do_input(struct run *r)
{
    struct error e = ERROR_INIT;
    char *path = beside_script(r, r->command->string);
    struct source *s = NULL;
    if (path && r->nesting < NESTING_MAX)
        s = open_source(r, path, &e);
    free(path);
    if (!s) {
        run_fail(r, "a script to read", e.message);
        return;
    }
    r->tally->assertions +=
        count_assertions(s->script.commands, s->script.commands_len, 0);
    r->nesting++;
    run_commands(r, s->script.commands, s->script.commands_len);
    r->nesting--;
}

/* (output $module "file"): the binary; without a file, to stdout. */
static void do_output(struct run *r)
{
    const struct script_command *c = r->command;
    struct subject *m = session_find(&r->session.modules, c->id);
    struct error e = ERROR_INIT;
    if (!m || !m->module) {
        run_fail(r, "a module to write", "none");
        return;
    }
    char *path = c->string.data ? beside_script(r, c->string) : strdup("-");
    struct buf bytes = {0};
    wc_buf_append(&bytes, m->module->bytes, m->module->bytes_len);
    if (!path || bytes.failed || !file_write(path, &bytes, &e))
        run_fail(r, "a file to write", e.message);
    wc_buf_free(&bytes);
    free(path);
}

static void (*const handlers[SCRIPT_COMMAND_KINDS])(struct run *) = {
    [SCRIPT_MODULE] = do_module,
    [SCRIPT_INSTANCE] = do_instance,
    [SCRIPT_REGISTER] = do_register,
    [SCRIPT_ACTION] = do_action,
    [SCRIPT_ASSERT_RETURN] = assert_return,
    [SCRIPT_ASSERT_EXCEPTION] = assert_exception,
    [SCRIPT_ASSERT_TRAP] = assert_trap,
    [SCRIPT_ASSERT_EXHAUSTION] = assert_trap,
    [SCRIPT_ASSERT_MALFORMED] = assert_bad_module,
    [SCRIPT_ASSERT_INVALID] = assert_bad_module,
    [SCRIPT_ASSERT_UNLINKABLE] = assert_unlinkable,
    [SCRIPT_ASSERT_MALFORMED_CUSTOM] = assert_bad_module,
    [SCRIPT_ASSERT_INVALID_CUSTOM] = assert_bad_module,
    [SCRIPT_THREAD] = thread_start,
    [SCRIPT_WAIT] = thread_wait,
    [SCRIPT_SCRIPT] = do_script,
    [SCRIPT_INPUT] = do_input,
    [SCRIPT_OUTPUT] = do_output,
};

void run_commands(struct run *r, const struct script_command *commands,
                         uint32_t len)
{
    for (uint32_t i = 0; i < len; i++) {
        r->command = &commands[i];
        r->tally->line = commands[i].line;
        if (skip_find(r->job->skips, r->job->label, commands[i].line))
            skip(r, SKIP_LISTED);
        else
            handlers[commands[i].kind](r);
    }
}

static void run_parsed(struct run *r, const struct script *script)
{
    struct error e = ERROR_INIT;
    r->tally->assertions =
        count_assertions(script->commands, script->commands_len, 0);
    r->session.show_prints = r->job->show_prints;
    if (session_begin(&r->session, &r->job->config, &e) &&
        (!r->job->jit_poison || engine_poison(r->session.engine))) {
        engine_make_hard(r->session.engine, r->job->jit_hard,
                         r->job->jit_pins);
        run_commands(r, script->commands, script->commands_len);
        thread_wait_all(r);
        r->tally->done = true;
    } else {
        fprintf(r->report, "%s: %s\n", r->job->label, e.message);
    }
    session_end(&r->session);
}

void script_run(const struct script_job *job, struct tally *tally, FILE *report)
{
    struct run r = {.job = job, .tally = tally, .report = report};
    struct error e = ERROR_INIT;
    struct source *s = open_source(&r, job->path, &e);
    if (s) {
        run_parsed(&r, &s->script);
    } else {
        char message[512];
        wc_error_format(&e, message, sizeof message);
        fprintf(report, "%s:%s%s\n", job->label, e.line ? "" : " ", message);
    }
    run_end(&r);
}
