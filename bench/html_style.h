/* SPDX-License-Identifier: BSD-2-Clause */
/* How the page of results_html.c looks: as wide as a phone or a screen, by day and by night. */
#ifndef BENCH_HTML_STYLE_H
#define BENCH_HTML_STYLE_H

static const char html_style[] =
    ":root { color-scheme: light dark; --back: #fff; --text: #1a1a1a; --faint: #666;"
    " --line: #ddd; --bar: #9db4c8; --own: #1769aa; --good: #1b7a35; --bad: #b3261e;"
    " --even: #8a6100; }\n"
    "@media (prefers-color-scheme: dark) { :root { --back: #15181c; --text: #e6e6e6;"
    " --faint: #9aa0a6; --line: #363b42; --bar: #4c6274; --own: #6cb2eb; --good: #6fcf8b;"
    " --bad: #ff8a80; --even: #e6b450; } }\n"
    "body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--back);"
    " color: var(--text); font: 1rem/1.45 system-ui, sans-serif; }\n"
    "h1, h2, h3, h4, p, ul { margin: 0 0 .4rem; }\n"
    "h2 { margin-top: 2rem; border-bottom: 1px solid var(--line); }\n"
    "h3 { font-size: 1rem; overflow-wrap: anywhere; }\n"
    "h4 { margin-top: .7rem; font-size: .85rem; font-weight: normal; color: var(--faint); }\n"
    "p, ul { color: var(--faint); font-size: .9rem; }\n"
    "ul { padding: 0; list-style: none; }\n"
    ".peer:not(:last-child)::after { content: ','; }\n"
    ".works { display: grid; gap: 1rem;"
    " grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }\n"
    "figure { margin: 0; padding: .8rem; border: 1px solid var(--line); border-radius: .5rem;"
    " min-width: 0; }\n"
    ".row { display: grid; grid-template-columns: 5.5rem 1fr 4rem; gap: .5rem;"
    " align-items: center; font-size: .85rem; }\n"
    ".name { overflow: hidden; text-overflow: ellipsis; }\n"
    ".own { font-weight: bold; }\n"
    ".number { text-align: right; font-variant-numeric: tabular-nums; }\n"
    ".track { position: relative; height: 1.3rem; }\n"
    ".track i { position: absolute; }\n"
    ".bar { top: .25rem; bottom: .25rem; background: var(--bar); border-radius: 2px; }\n"
    ".own .bar { background: var(--own); }\n"
    ".range { top: .62rem; height: 1px; background: var(--text); }\n"
    ".quartiles { top: .5rem; height: .3rem; min-width: 2px; background: var(--text); }\n"
    ".bound { top: 0; bottom: 0; border-left: 2px dashed var(--bad); }\n"
    ".axis .track { border-top: 1px solid var(--line); }\n"
    ".axis b { position: absolute; transform: translateX(-50%); color: var(--faint);"
    " font-weight: normal; font-size: .75rem; }\n"
    ".holds { color: var(--good); }\n"
    ".misses { color: var(--bad); }\n"
    ".noise { color: var(--even); }\n";

#endif
