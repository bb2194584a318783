/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A work is a figure, with a plot for its times and for each other metric that a bound is about: a
 * bar to each peer's median, over it a thick line from quartile to quartile and a thin one from the
 * least to the most, and a dashed line where a bound lies.
 *
 * Where the largest number is many times the smallest, the scale is logarithmic, from a power of
 * ten to another.
 */
#include "results_html.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "html_style.h"
#include "results.h"

/* From so many times on a scale is logarithmic. */
#define LOG_RATIO 20.0

struct Scale {
    bool is_log;
    double low; /* at the left end: 0, or a power of ten */
    double high;
};

struct Metric {
    const char *name;    /* in bounds; "value" in place of "time" is the same */
    const char *field;   /* of a peer: a summary */
    const char *heading; /* NULL: the work's unit */
    double divisor;
};

static const struct Metric metrics[] = {
    {"time", "time", NULL, 1},
    {"faults", "faults", "page faults", 1},
    {"rss", "peaks", "peak memory, MiB", 0x1p20},
};

/* Text */

static void put_text(FILE *out, const char *text)
{
    for (; text && *text; text++) {
        switch (*text) {
        case '<':
            fputs("&lt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

/* An element with the text in it. */
static void put_element(FILE *out, const char *name, const char *attributes, const char *format,
                        ...) __attribute__((format(printf, 4, 5)));

static void put_element(FILE *out, const char *name, const char *attributes, const char *format,
                        ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(out, "<%s%s>", name, attributes);
    put_text(out, text);
    fprintf(out, "</%s>\n", name);
}

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

static double number_of(const json_t *object, const char *name)
{
    return json_number_value(json_object_get(object, name));
}

/* Scales */

static double summary_of(const json_t *peer, const struct Metric *metric, const char *quantile)
{
    return number_of(json_object_get(peer, metric->field), quantile) / metric->divisor;
}

static bool is_of(const json_t *bound, const json_t *work, const struct Metric *metric)
{
    const char *name = text_of(bound, "metric");
    return strcmp(text_of(bound, "work"), text_of(work, "name")) == 0 &&
           strcmp(strcmp(name, "value") == 0 ? "time" : name, metric->name) == 0;
}

/* The number that the bound allows, as a peer's number. */
static double allowed_by(const json_t *bound, const struct Metric *metric)
{
    const bool is_relative = json_is_string(json_object_get(bound, "against"));
    const double reference = is_relative ? number_of(bound, "reference_value") : 1;
    return (number_of(bound, "limit") * reference + number_of(bound, "plus")) / metric->divisor;
}

static struct Scale make_scale(const json_t *work, const struct Metric *metric)
{
    double least = HUGE_VAL;
    double most = 0;
    size_t i;
    json_t *peer;
    json_array_foreach(json_object_get(work, "peers"), i, peer)
    {
        const double low = summary_of(peer, metric, "min");
        least = low > 0 && low < least ? low : least;
        most = fmax(most, summary_of(peer, metric, "max"));
    }
    if (most <= LOG_RATIO * least || most <= 0)
        return (struct Scale){.high = most > 0 ? most : 1};
    return (struct Scale){
        .is_log = true,
        .low = pow(10, floor(log10(least))),
        .high = pow(10, ceil(log10(most))),
    };
}

/* Where a number stands, from 0 to 100. */
static double place_of(const struct Scale *scale, double number)
{
    double share = number / scale->high;
    if (scale->is_log)
        share = number > scale->low ? log(number / scale->low) / log(scale->high / scale->low) : 0;
    return 100 * fmin(fmax(share, 0), 1);
}

/* Plots */

static void put_span(FILE *out, const char *class, const struct Scale *scale, double from,
                     double to)
{
    const double left = place_of(scale, from);
    fprintf(out, "<i class=%s style=\"left:%.2f%%;width:%.2f%%\"></i>", class, left,
            place_of(scale, to) - left);
}

static void put_mark(FILE *out, const char *class, const struct Scale *scale, double number)
{
    fprintf(out, "<i class=%s style=\"left:%.2f%%\"></i>", class, place_of(scale, number));
}

static void put_bounds(FILE *out, const json_t *report, const json_t *work,
                       const struct Metric *metric, const struct Scale *scale)
{
    size_t i;
    json_t *bound;
    json_array_foreach(json_object_get(report, "bounds"), i, bound)
    {
        const double allowed = allowed_by(bound, metric);
        if (is_of(bound, work, metric) && allowed > 0 && allowed <= scale->high)
            put_mark(out, "bound", scale, allowed);
    }
}

static void put_bar(FILE *out, const json_t *report, const json_t *work, const json_t *peer,
                    const struct Metric *metric, const struct Scale *scale)
{
    const bool is_subject = strcmp(text_of(peer, "name"), text_of(report, "subject")) == 0;
    const double median = summary_of(peer, metric, "median");
    char text[32];
    results_format_number(text, sizeof text, median);
    fprintf(out, "<div class=\"row%s\">", is_subject ? " own" : "");
    put_element(out, "span", " class=name", "%s", text_of(peer, "name"));
    fputs("<span class=track>", out);
    put_span(out, "bar", scale, scale->low, median);
    put_span(out, "range", scale, summary_of(peer, metric, "min"), summary_of(peer, metric, "max"));
    put_span(out, "quartiles", scale, summary_of(peer, metric, "p25"),
             summary_of(peer, metric, "p75"));
    put_bounds(out, report, work, metric, scale);
    fprintf(out, "</span><span class=number>%s</span></div>\n", text);
}

static void put_axis(FILE *out, const struct Scale *scale)
{
    char text[32];
    fputs("<div class=\"row axis\"><span></span><span class=track>", out);
    if (scale->is_log) {
        const int decades = (int)lround(log10(scale->high / scale->low));
        const int step = decades / 6 + 1; /* no more labels than have room on a phone */
        for (int n = 0; n <= decades; n += step)
            fprintf(out, "<b style=\"left:%.2f%%\">%g</b>", 100.0 * n / decades,
                    scale->low * pow(10, n));
    } else {
        results_format_number(text, sizeof text, scale->high);
        fprintf(out, "<b style=\"left:0\">0</b><b style=\"left:100%%\">%s</b>", text);
    }
    fputs("</span><span></span></div>\n", out);
}

static void put_plot(FILE *out, const json_t *report, const json_t *work,
                     const struct Metric *metric)
{
    const struct Scale scale = make_scale(work, metric);
    size_t i;
    json_t *peer;
    put_element(out, "h4", "", "%s%s", metric->heading ? metric->heading : text_of(work, "unit"),
                scale.is_log ? ", logarithmic" : "");
    fputs("<div class=plot>\n", out);
    json_array_foreach(json_object_get(work, "peers"), i, peer)
    {
        if (json_object_get(peer, metric->field))
            put_bar(out, report, work, peer, metric, &scale);
    }
    put_axis(out, &scale);
    fputs("</div>\n", out);
}

/* Works */

static void put_verdict(FILE *out, const json_t *bound)
{
    const char *verdict = text_of(bound, "verdict");
    const bool is_relative = json_is_string(json_object_get(bound, "against"));
    char class[64];
    snprintf(class, sizeof class, " class=%.20s", verdict);
    fputs("<li>", out);
    put_element(out, "b", class, "%s", verdict);
    if (is_relative)
        put_element(out, "span", "", " %s: %.2f of %s, at most %g%s", text_of(bound, "metric"),
                    number_of(bound, "ratio"), text_of(bound, "against"), number_of(bound, "limit"),
                    number_of(bound, "plus") > 0 ? " and what stays idle" : "");
    else
        put_element(out, "span", "", " %s: %.4g, at most %g", text_of(bound, "metric"),
                    number_of(bound, "value"), number_of(bound, "limit"));
    fputs("</li>", out);
}

/* Every bound of the work; whether one is about each metric is told in has. */
static void put_verdicts(FILE *out, const json_t *report, const json_t *work,
                         bool has[sizeof metrics / sizeof *metrics])
{
    size_t i;
    json_t *bound;
    fputs("<ul>", out);
    json_array_foreach(json_object_get(report, "bounds"), i, bound)
    {
        bool is_here = false;
        for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
            const bool is_of_metric = is_of(bound, work, &metrics[m]);
            has[m] = has[m] || is_of_metric;
            is_here = is_here || is_of_metric;
        }
        if (is_here)
            put_verdict(out, bound);
    }
    fputs("</ul>\n", out);
}

static void put_work(FILE *out, const json_t *report, const json_t *work)
{
    bool has[sizeof metrics / sizeof *metrics] = {true};
    const char *why = text_of(work, "skipped");
    fputs("<figure>\n", out);
    put_element(out, "h3", "", "%s", text_of(work, "name"));
    put_element(out, "p", "", "%s", text_of(work, "title"));
    if (*why) {
        put_element(out, "p", "", "left out: %s", why);
    } else {
        put_verdicts(out, report, work, has);
        for (size_t m = 0; m < sizeof metrics / sizeof *metrics; m++) {
            if (has[m])
                put_plot(out, report, work, &metrics[m]);
        }
    }
    fputs("</figure>\n", out);
}

/* Reports */

static void put_counts(FILE *out, const json_t *report)
{
    static const char *const verdicts[] = {"holds", "misses", "noise"};
    size_t i;
    json_t *bound;
    fputs("<p>", out);
    for (size_t v = 0; v < sizeof verdicts / sizeof *verdicts; v++) {
        size_t count = 0;
        json_array_foreach(json_object_get(report, "bounds"), i, bound) count +=
            strcmp(text_of(bound, "verdict"), verdicts[v]) == 0;
        fprintf(out, "<b class=%s>%s</b> %zu ", verdicts[v], verdicts[v], count);
    }
    fputs("</p>\n", out);
}

static void put_machine(FILE *out, const json_t *report)
{
    const json_t *machine = json_object_get(report, "machine");
    const json_t *settings = json_object_get(report, "settings");
    put_element(out, "p", "",
                "%s, %.0f cores, %.1f GiB, %s, huge pages %s, %s, load %.2f at the start; %.10s; "
                "%.0f rounds of %g ms for each peer in turn",
                text_of(machine, "cpu"), number_of(machine, "cores"),
                number_of(machine, "memory") / 0x1p30, text_of(machine, "kernel"),
                text_of(machine, "huge_pages"), text_of(machine, "compiler"),
                number_of(machine, "load"), text_of(report, "date"), number_of(settings, "rounds"),
                number_of(settings, "batch_ms"));
}

static void put_peers(FILE *out, const json_t *report)
{
    size_t i;
    json_t *peer;
    fputs("<p>", out);
    json_array_foreach(json_object_get(report, "peers"), i, peer)
    {
        const char *version = text_of(peer, "version"); /* of some peers there is none */
        put_element(out, "span", " class=peer", "%s%s%s", text_of(peer, "name"),
                    *version ? " " : "", version);
    }
    json_array_foreach(json_object_get(report, "skipped"), i, peer)
        put_element(out, "span", " class=\"peer absent\"", "without %s: %s", text_of(peer, "name"),
                    text_of(peer, "why"));
    fputs("</p>\n", out);
}

static void put_report(FILE *out, const json_t *report)
{
    size_t i;
    json_t *work;
    fputs("<section>\n", out);
    put_element(out, "h2", "", "%s", text_of(report, "suite"));
    put_counts(out, report);
    put_machine(out, report);
    put_peers(out, report);
    fputs("<div class=works>\n", out);
    json_array_foreach(json_object_get(report, "works"), i, work) put_work(out, report, work);
    fputs("</div>\n</section>\n", out);
}

void results_html_print(FILE *out, json_t *reports)
{
    const char *name;
    json_t *report;
    fputs("<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n"
          "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
          "<title>framewell bench</title>\n<style>\n",
          out);
    fputs(html_style, out);
    fputs("</style>\n<h1>framewell bench</h1>\n"
          "<p>Bars are medians; thick lines reach from quartile to quartile, thin ones from the "
          "least to the most; dashed lines are bounds. Less is better. Only bars of one plot are "
          "to be compared.</p>\n",
          out);
    json_object_foreach(reports, name, report) put_report(out, report);
    fputs("</html>\n", out);
}
