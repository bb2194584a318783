/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Prints the rows of src/image/pixfmt_table.def as the installed libavutil has them:
 *
 *     ninja -C build tools/pixfmt-table && build/tools/pixfmt-table
 *
 * A format of a later libavutil is added by taking over its row, and its constant in pixfmt.h. The
 * comments of the table are ours and not printed.
 */
#include <ctype.h>
#include <libavutil/pixdesc.h>
#include <stdio.h>
#include <string.h>

/* Formats whose constant is not their name in capitals. */
static const struct {
    const char *name, *constant;
} irregular[] = {
    {"gray", "GRAY8"},
    {"monow", "MONOWHITE"},
    {"monob", "MONOBLACK"},
    {"videotoolbox_vld", "VIDEOTOOLBOX"},
};

static const struct {
    uint64_t flag;
    char letter;
} letters[] = {
    {AV_PIX_FMT_FLAG_BE, 'B'},      {AV_PIX_FMT_FLAG_PAL, 'L'},   {AV_PIX_FMT_FLAG_BITSTREAM, 'S'},
    {AV_PIX_FMT_FLAG_HWACCEL, 'H'}, {AV_PIX_FMT_FLAG_PLANAR, 'P'}, {AV_PIX_FMT_FLAG_RGB, 'R'},
    {AV_PIX_FMT_FLAG_ALPHA, 'A'},   {AV_PIX_FMT_FLAG_BAYER, 'Y'}, {AV_PIX_FMT_FLAG_FLOAT, 'F'},
};

static void print_constant(const char *name)
{
    for (size_t i = 0; i < sizeof irregular / sizeof irregular[0]; i++) {
        if (strcmp(name, irregular[i].name) == 0) {
            fputs(irregular[i].constant, stdout);
            return;
        }
    }
    for (; *name; name++)
        putchar(toupper((unsigned char)*name));
}

static void print_flags(uint64_t flags)
{
    const char *separator = "";
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (flags & letters[i].flag) {
            printf("%s%c", separator, letters[i].letter);
            separator = "|";
        }
    }
    if (flags == 0)
        putchar('0');
}

static void print_row(const AVPixFmtDescriptor *row)
{
    fputs(row->alias ? "ROW_ALIAS(" : "ROW(", stdout);
    print_constant(row->name);
    printf(", %s, ", row->name);
    if (row->alias)
        printf("\"%s\", ", row->alias);
    printf("%d,%d, ", row->log2_chroma_w, row->log2_chroma_h);
    print_flags(row->flags);
    putchar(',');
    for (int i = 0; i < row->nb_components; i++) {
        const AVComponentDescriptor *comp = &row->comp[i];
        printf(" C(%d,%d,%d,%d,%d)", comp->plane, comp->step, comp->offset, comp->shift,
               comp->depth);
    }
    puts(row->nb_components == 0 ? " NONE)" : ")");
}

int main(void)
{
    for (const AVPixFmtDescriptor *row = NULL; (row = av_pix_fmt_desc_next(row));)
        print_row(row);
    return 0;
}
