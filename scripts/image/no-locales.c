/* The data of ICU without any locale, in the place of the 34 MB that Swift's Foundation carries. imm formats and compares nothing
   by locale; Foundation is there since GRDB uses its Data and Date. ICU calls this stub data, and goes on with the root locale's
   rules that are code. The layout is that of ICU's common data ("CmnD", format version 1): a header, and a table of contents
   with no entry. */
#include <stdint.h>

#define NAME_OF(version) icudt##version##_dat
#define NAME(version) NAME_OF(version)

__attribute__((aligned(16))) const struct {
    uint16_t headerSize;
    uint8_t magic[2];
    uint16_t infoSize, reservedWord;
    uint8_t isBigEndian, charsetFamily, sizeofUChar, reservedByte;
    uint8_t dataFormat[4], formatVersion[4], dataVersion[4];
    uint8_t padding[8];
    uint32_t entries, noEntry[3];
} NAME(ICU_VERSION) = {
    .headerSize = 32,
    .magic = {0xda, 0x27},
    .infoSize = 20,
    .isBigEndian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__,
    .sizeofUChar = 2,
    .dataFormat = {'C', 'm', 'n', 'D'},
    .formatVersion = {1},
};
