/* SPDX-License-Identifier: MIT */
/*
 * Histograms of times in ns: fixed memory, any percentile within 0.1 %.
 *
 * Owns the layout: 800 coarse buckets, which are the wire's, each cut into 16
 * equal parts, and an open slot at either end. Every answer but those that
 * interpolate is integer arithmetic, so all programs of a fleet put the same
 * value into the same slot, and a merge gives the same bits in any order.
 *
 * Nothing here fails, allocates, reads a clock or does I/O. The look-up
 * tables are the only state outside a struct hist; hist_init builds them.
 */

#include <assert.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "hist.h"

/*
 * The first look-up goes by the top bits of a value as an IEEE 754 double:
 * its exponent and the first 7 bits of its fraction name a cell that is at
 * most 0.8 % wide. Buckets are 2.26 % wide, so a cell has one edge in it, or
 * none: the bucket of its first value is the right one, or one too low.
 */
enum {
	FRACTION_BITS = 52,
	EXPONENT_BIAS = 1023,
	CELL_BITS = 7,
	CELL_SHIFT = FRACTION_BITS - CELL_BITS,
	POWER_LOW = 9,			/* 2^9 <= HIST_LOW_NS */
	POWER_HIGH = 36,		/* HIST_HIGH_NS <= 2^36 */
	CELL_FIRST = (EXPONENT_BIAS + POWER_LOW) << CELL_BITS,
	CELLS = (POWER_HIGH - POWER_LOW) << CELL_BITS
};

/* A part is (d * inverse) >> PART_SHIFT, with inverse about 2^64 / width. */
enum {
	PART_SHIFT = 60
};

static_assert(sizeof(double) == sizeof(uint64_t) &&
    DBL_MANT_DIG == FRACTION_BITS + 1, "double is not IEEE 754 binary64");
static_assert(HIST_PARTS == 1 << (64 - PART_SHIFT), "parts are not 2^4");
static_assert(HIST_LOW_NS >= UINT64_C(1) << POWER_LOW &&
    HIST_HIGH_NS <= UINT64_C(1) << POWER_HIGH, "cells miss some values");

/*
 * The first whole ns of each coarse bucket, ceil(10^(3 + i*w)) with
 * w = (log10(6e10) - 3) / 800, and where the last one ends. A table and no
 * formula: two libraries' pow() need not agree in the last bit.
 */
static const uint64_t first_ns[HIST_COARSE + 1] = {
	1000, 1023, 1046, 1070, 1094, 1119, 1144, 1170, 1197, 1224, 1251, 1280,
	1309, 1338, 1369, 1400, 1431, 1464, 1497, 1531, 1565, 1601, 1637, 1674,
	1712, 1751, 1790, 1831, 1872, 1915, 1958, 2002, 2048, 2094, 2141, 2190,
	2239, 2290, 2342, 2395, 2449, 2504, 2561, 2619, 2678, 2739, 2801, 2864,
	2929, 2996, 3063, 3133, 3204, 3276, 3350, 3426, 3504, 3583, 3664, 3747,
	3832, 3919, 4007, 4098, 4191, 4286, 4383, 4482, 4583, 4687, 4793, 4902,
	5013, 5126, 5242, 5361, 5482, 5606, 5733, 5863, 5996, 6132, 6270, 6412,
	6558, 6706, 6858, 7013, 7172, 7334, 7500, 7670, 7844, 8021, 8203, 8388,
	8578, 8773, 8971, 9174, 9382, 9594, 9812, 10034, 10261, 10493, 10731,
	10974, 11222, 11476, 11736, 12002, 12273, 12551, 12835, 13126, 13423,
	13727, 14038, 14355, 14680, 15013, 15353, 15700, 16056, 16419, 16791,
	17171, 17560, 17957, 18364, 18779, 19205, 19639, 20084, 20539, 21004,
	21479, 21965, 22463, 22971, 23491, 24023, 24567, 25123, 25692, 26274,
	26868, 27477, 28099, 28735, 29386, 30051, 30731, 31427, 32138, 32866,
	33610, 34371, 35149, 35945, 36759, 37591, 38442, 39312, 40202, 41112,
	42043, 42995, 43968, 44964, 45982, 47023, 48087, 49176, 50289, 51428,
	52592, 53783, 55000, 56246, 57519, 58821, 60153, 61515, 62907, 64331,
	65788, 67277, 68800, 70358, 71951, 73580, 75246, 76949, 78691, 80473,
	82295, 84158, 86063, 88012, 90004, 92042, 94126, 96257, 98436, 100664,
	102943, 105274, 107657, 110095, 112587, 115136, 117743, 120409, 123135,
	125922, 128773, 131689, 134670, 137719, 140837, 144025, 147286, 150620,
	154030, 157518, 161084, 164731, 168460, 172274, 176174, 180163, 184242,
	188413, 192678, 197041, 201502, 206063, 210729, 215500, 220378, 225368,
	230470, 235688, 241024, 246480, 252061, 257767, 263603, 269571, 275674,
	281915, 288298, 294825, 301499, 308325, 315306, 322444, 329744, 337209,
	344844, 352651, 360635, 368800, 377149, 385688, 394420, 403349, 412481,
	421819, 431369, 441135, 451123, 461336, 471780, 482461, 493384, 504554,
	515977, 527659, 539605, 551822, 564315, 577091, 590156, 603517, 617180,
	631153, 645442, 660055, 674999, 690280, 705908, 721890, 738233, 754947,
	772038, 789517, 807392, 825671, 844364, 863480, 883029, 903021, 923465,
	944372, 965752, 987617, 1009976, 1032842, 1056225, 1080138, 1104592,
	1129600, 1155174, 1181326, 1208071, 1235422, 1263392, 1291995, 1321245,
	1351158, 1381748, 1413030, 1445021, 1477736, 1511191, 1545404, 1580392,
	1616172, 1652762, 1690180, 1728445, 1767577, 1807594, 1848518, 1890368,
	1933165, 1976932, 2021689, 2067460, 2114267, 2162133, 2211083, 2261142,
	2312334, 2364684, 2418220, 2472968, 2528956, 2586211, 2644762, 2704639,
	2765872, 2828490, 2892527, 2958013, 3024982, 3093467, 3163502, 3235123,
	3308366, 3383266, 3459863, 3538193, 3618297, 3700215, 3783987, 3869656,
	3957264, 4046855, 4138475, 4232170, 4327985, 4425970, 4526173, 4628644,
	4733436, 4840600, 4950190, 5062262, 5176870, 5294073, 5413930, 5536500,
	5661846, 5790029, 5921114, 6055166, 6192254, 6332445, 6475811, 6622422,
	6772352, 6925677, 7082473, 7242818, 7406794, 7574482, 7745967, 7921334,
	8100672, 8284069, 8471619, 8663415, 8859552, 9060131, 9265250, 9475014,
	9689526, 9908895, 10133230, 10362645, 10597253, 10837172, 11082524,
	11333430, 11590016, 11852412, 12120748, 12395159, 12675783, 12962760,
	13256235, 13556353, 13863266, 14177128, 14498095, 14826329, 15161994,
	15505258, 15856294, 16215277, 16582388, 16957810, 17341731, 17734344,
	18135846, 18546438, 18966325, 19395719, 19834834, 20283891, 20743114,
	21212734, 21692986, 22184111, 22686354, 23199969, 23725211, 24262345,
	24811640, 25373370, 25947818, 26535271, 27136024, 27750378, 28378641,
	29021128, 29678160, 30350068, 31037187, 31739863, 32458447, 33193299,
	33944789, 34713292, 35499194, 36302888, 37124778, 37965275, 38824801,
	39703787, 40602673, 41521909, 42461956, 43423286, 44406381, 45411732,
	46439844, 47491233, 48566425, 49665959, 50790386, 51940270, 53116187,
	54318726, 55548491, 56806098, 58092176, 59407371, 60752342, 62127762,
	63534322, 64972726, 66443695, 67947967, 69486295, 71059451, 72668222,
	74313416, 75995856, 77716387, 79475870, 81275187, 83115241, 84996953,
	86921267, 88889146, 90901578, 92959572, 95064157, 97216390, 99417350,
	101668138, 103969884, 106323741, 108730888, 111192533, 113709910,
	116284279, 118916931, 121609186, 124362393, 127177932, 130057215,
	133001683, 136012814, 139092117, 142241134, 145461444, 148754661,
	152122436, 155566457, 159088450, 162690180, 166373452, 170140113,
	173992050, 177931195, 181959521, 186079047, 190291839, 194600007,
	199005711, 203511160, 208118611, 212830374, 217648810, 222576334,
	227615417, 232768583, 238038417, 243427558, 248938708, 254574629,
	260338147, 266232149, 272259591, 278423492, 284726943, 291173103,
	297765202, 304506545, 311400511, 318450555, 325660211, 333033091,
	340572892, 348283393, 356168458, 364232039, 372478177, 380911007,
	389534755, 398353742, 407372389, 416595217, 426026847, 435672008,
	445535533, 455622366, 465937563, 476486294, 487273847, 498305627,
	509587164, 521124114, 532922257, 544987508, 557325914, 569943658,
	582847066, 596042605, 609536887, 623336678, 637448893, 651880605,
	666639049, 681731620, 697165885, 712949578, 729090611, 745597073,
	762477238, 779739567, 797392711, 815445519, 833907039, 852786524,
	872093436, 891837453, 912028471, 932676609, 953792216, 975385877,
	997468414, 1020050895, 1043144638, 1066761220, 1090912476, 1115610511,
	1140867705, 1166696716, 1193110491, 1220122269, 1247745587, 1275994292,
	1304882542, 1334424816, 1364635921, 1395530999, 1427125535, 1459435366,
	1492476684, 1526266051, 1560820402, 1596157057, 1632293726, 1669248522,
	1707039967, 1745687003, 1785209000, 1825625767, 1866957561, 1909225098,
	1952449564, 1996652623, 2041856430, 2088083642, 2135357428, 2183701484,
	2233140039, 2283697872, 2335400325, 2388273311, 2442343330, 2497637484,
	2554183486, 2612009677, 2671145042, 2731619220, 2793462520, 2856705940,
	2921381179, 2987520651, 3055157508, 3124325649, 3195059743, 3267395242,
	3341368402, 3417016299, 3494376849, 3573488827, 3654391883, 3737126568,
	3821734349, 3908257633, 3996739787, 4087225158, 4179759100, 4274387991,
	4371159261, 4470121413, 4571324047, 4674817889, 4780654810, 4888887857,
	4999571278, 5112760549, 5228512403, 5346884854, 5467937234, 5591730215,
	5718325843, 5847787571, 5980180285, 6115570344, 6254025606, 6395615467,
	6540410893, 6688484458, 6839910378, 6994764551, 7153124589, 7315069867,
	7480681553, 7650042654, 7823238055, 8000354565, 8181480956, 8366708011,
	8556128570, 8749837571, 8947932104, 9150511457, 9357677165, 9569533062,
	9786185334, 10007742568, 10234315814, 10466018631, 10702967152,
	10945280139, 11193079043, 11446488064, 11705634213, 11970647378,
	12241660386, 12518809074, 12802232351, 13092072273, 13388474112,
	13691586428, 14001561145, 14318553626, 14642722752, 14974231000,
	15313244528, 15659933252, 16014470938, 16377035285, 16747808015,
	17126974964, 17514726174, 17911255993, 18316763166, 18731450938,
	19155527156, 19589204374, 20032699955, 20486236185, 20950040383,
	21424345012, 21909387802, 22405411861, 22912665804, 23431403872,
	23961886064, 24504378264, 25059152377, 25626486462, 26206664874,
	26799978408, 27406724438, 28027207075, 28661737311, 29310633182,
	29974219923, 30652830132, 31346803938, 32056489169, 32782241528,
	33524424772, 34283410893, 35059580304, 35853322032, 36665033911,
	37495122780, 38344004692, 39212105117, 40099859158, 41007711768,
	41936117977, 42885543111, 43856463037, 44849364391, 45864744829,
	46903113273, 47964990165, 49050907734, 50161410253, 51297054323,
	52458409143, 53646056798, 54860592553, 56102625149, 57372777109,
	58671685050, 60000000000
};

static uint16_t	cell_bucket[CELLS];	/* bucket of a cell's first value */
static uint64_t	inverse[HIST_COARSE];	/* ceil(2^64 / width) */

static size_t	bucket_of(uint64_t);
static size_t	part_of(size_t, uint64_t);
static size_t	slot_bucket(size_t);
static uint64_t	slot_last(size_t, uint64_t);
static uint64_t	slot_middle(const struct hist *, size_t);
static uint64_t	rank_of(double, uint64_t);
static uint64_t	hold_between(uint64_t, uint64_t, uint64_t);

/* The coarse bucket of a value in [HIST_LOW_NS, HIST_HIGH_NS). */
static size_t
bucket_of(uint64_t ns)
{
	double value = (double)(int64_t)ns;	/* exact; signed is faster */
	uint64_t bits;
	size_t bucket;

	memcpy(&bits, &value, sizeof(bits));
	bucket = cell_bucket[(bits >> CELL_SHIFT) - CELL_FIRST];
	return bucket + (ns >= first_ns[bucket + 1]);
}

/*
 * floor(16 * d / width) of a value in this bucket, d from its start. As
 * inverse is rounded up, by less than 1, and d and width are below 2^32, the
 * product is never too small, and too large by less than one part.
 */
static size_t
part_of(size_t bucket, uint64_t ns)
{
	uint64_t d = ns - first_ns[bucket];
	uint64_t width = first_ns[bucket + 1] - first_ns[bucket];
	uint64_t part = (d * inverse[bucket]) >> PART_SHIFT;

	return part - (part * width > d * HIST_PARTS);
}

/* The coarse bucket that a slot is a part of; the open ends belong too. */
static size_t
slot_bucket(size_t slot)
{
	if (slot == 0)
		return 0;
	if (slot == HIST_SLOTS - 1)
		return HIST_COARSE - 1;
	return (slot - 1) / HIST_PARTS;
}

/* The last slot has no end of its own: there it is the largest value. */
static uint64_t
slot_last(size_t slot, uint64_t max_ns)
{
	if (slot < HIST_SLOTS - 1)
		return hist_slot_first(slot + 1) - 1;
	return max_ns;
}

static uint64_t
slot_middle(const struct hist *h, size_t slot)
{
	uint64_t first = hist_slot_first(slot);

	return first + (slot_last(slot, h->max_ns) - first) / 2;
}

/* The rank, from 1 to count, that a real one, x, stands for. */
static uint64_t
rank_of(double x, uint64_t count)
{
	if (!(x > 1))			/* NaN, too */
		return 1;
	if (x >= (double)count)
		return count;
	return (uint64_t)ceil(x);
}

static uint64_t
hold_between(uint64_t ns, uint64_t min_ns, uint64_t max_ns)
{
	if (ns < min_ns)
		return min_ns;
	if (ns > max_ns)
		return max_ns;
	return ns;
}

void
hist_init(void)
{
	uint64_t start, step;
	size_t cell, bucket = 0;

	for (cell = 0; cell < CELLS; cell++) {
		step = cell >> CELL_BITS;
		start = (1 << CELL_BITS) + (cell & ((1 << CELL_BITS) - 1));
		start = (start << step) << (POWER_LOW - CELL_BITS);
		while (bucket + 1 < HIST_COARSE &&
		    first_ns[bucket + 1] <= start)
			bucket++;
		cell_bucket[cell] = (uint16_t)bucket;	/* < 800 */
	}
	for (bucket = 0; bucket < HIST_COARSE; bucket++)
		inverse[bucket] = UINT64_MAX /
		    (first_ns[bucket + 1] - first_ns[bucket]) + 1;
}

/* A new slot range comes only with a new extreme: two tests do for four. */
void
hist_record(struct hist *h, uint64_t ns)
{
	uint32_t slot = (uint32_t)hist_slot(ns);	/* < HIST_SLOTS */

	if (h->count == 0 || ns < h->min_ns) {
		h->min_ns = ns;
		h->first = slot;
	}
	if (h->count == 0 || ns > h->max_ns) {
		h->max_ns = ns;
		h->end = slot + 1;
	}
	hist_sum_add(&h->sum_hi, &h->sum_lo, 0, ns);
	h->count++;
	h->slot[slot]++;
}

void
hist_reset(struct hist *h)
{
	if (h->end > h->first)
		memset(&h->slot[h->first], 0,
		    (h->end - h->first) * sizeof(h->slot[0]));
	memset(h, 0, offsetof(struct hist, slot));
}

void
hist_merge(struct hist *dst, const struct hist *src)
{
	uint32_t i;

	if (src->count == 0)
		return;
	if (dst->count == 0 || src->min_ns < dst->min_ns)
		dst->min_ns = src->min_ns;
	if (dst->count == 0 || src->max_ns > dst->max_ns)
		dst->max_ns = src->max_ns;
	if (dst->count == 0 || src->first < dst->first)
		dst->first = src->first;
	if (dst->count == 0 || src->end > dst->end)
		dst->end = src->end;
	hist_sum_add(&dst->sum_hi, &dst->sum_lo, src->sum_hi, src->sum_lo);
	dst->count += src->count;
	for (i = src->first; i < src->end; i++)
		dst->slot[i] += src->slot[i];
}

/*
 * p / 100 may come out a little high: 99.9 % of 1,000 must be rank 999, not
 * 1,000. Three roundings are at stake, half an epsilon each; two whole ones
 * are taken off. At either end the exact value is at hand.
 */
uint64_t
hist_percentile(const struct hist *h, double p)
{
	double x = p / 100 * (double)h->count;
	uint64_t rank = rank_of(x - x * 2 * DBL_EPSILON, h->count);
	uint64_t seen = 0;
	uint32_t i;

	if (h->count == 0)
		return 0;
	if (rank == 1)
		return h->min_ns;
	if (rank == h->count)
		return h->max_ns;
	for (i = h->first; i < h->end; i++) {
		seen += h->slot[i];
		if (seen >= rank)
			return hold_between(slot_middle(h, i), h->min_ns,
			    h->max_ns);
	}
	return h->max_ns;
}

void
hist_rank(const struct hist *h, uint64_t rank, uint64_t *first, uint64_t *last)
{
	uint64_t seen = 0;
	uint32_t i;

	assert(rank >= 1 && rank <= h->count);
	for (i = h->first; seen + h->slot[i] < rank; i++)
		seen += h->slot[i];
	*first = hold_between(hist_slot_first(i), h->min_ns, h->max_ns);
	*last = hold_between(slot_last(i, h->max_ns), h->min_ns, h->max_ns);
}

uint64_t
hist_mean(const struct hist *h)
{
	return hist_sum_mean(h->sum_hi, h->sum_lo, h->count);
}

void
hist_sum_add(uint64_t *hi, uint64_t *lo, uint64_t more_hi, uint64_t more_lo)
{
	*lo += more_lo;
	*hi += more_hi + (*lo < more_lo);
}

/*
 * Long division of two words by one, a bit at a time. The quotient fits, as
 * no value is longer than a word: hi < count.
 */
uint64_t
hist_sum_mean(uint64_t hi, uint64_t lo, uint64_t count)
{
	uint64_t rest = hi, mean = 0;
	bool is_long;
	int bit;

	if (count == 0)
		return 0;
	for (bit = 63; bit >= 0; bit--) {
		is_long = rest >> 63;
		rest = rest << 1 | (lo >> bit & 1);
		if (is_long || rest >= count) {
			rest -= count;
			mean |= UINT64_C(1) << bit;
		}
	}
	return mean;
}

bool
hist_is_sound(const struct hist *h)
{
	uint64_t n = 0;
	uint32_t i;

	if (h->first >= h->end || h->end > HIST_SLOTS)
		return false;
	for (i = h->first; i < h->end; i++)
		n += h->slot[i];
	return n == h->count && h->min_ns <= h->max_ns &&
	    hist_slot(h->min_ns) == h->first &&
	    hist_slot(h->max_ns) == h->end - 1 &&
	    hist_sum_is_sound(h->sum_hi, h->sum_lo, h->count, h->min_ns,
	    h->max_ns);
}

bool
hist_sum_is_sound(uint64_t hi, uint64_t lo, uint64_t count, uint64_t min_ns,
    uint64_t max_ns)
{
	uint64_t mean;

	if (hi >= count)
		return false;
	mean = hist_sum_mean(hi, lo, count);
	return mean >= min_ns && mean <= max_ns;
}

size_t
hist_slot(uint64_t ns)
{
	size_t bucket;

	if (ns < HIST_LOW_NS)
		return 0;
	if (ns >= HIST_HIGH_NS)
		return HIST_SLOTS - 1;
	bucket = bucket_of(ns);
	return 1 + bucket * HIST_PARTS + part_of(bucket, ns);
}

uint64_t
hist_slot_first(size_t slot)
{
	uint64_t width;
	size_t bucket, part;

	assert(slot < HIST_SLOTS);
	if (slot == 0)
		return 0;
	bucket = (slot - 1) / HIST_PARTS;
	part = (slot - 1) % HIST_PARTS;
	if (bucket == HIST_COARSE)
		return HIST_HIGH_NS;
	width = first_ns[bucket + 1] - first_ns[bucket];
	return first_ns[bucket] + (part * width + HIST_PARTS - 1) / HIST_PARTS;
}

size_t
hist_coarse_bucket(uint64_t ns)
{
	if (ns < HIST_LOW_NS)
		return 0;
	if (ns >= HIST_HIGH_NS)
		return HIST_COARSE - 1;
	return bucket_of(ns);
}

void
hist_coarse(const struct hist *h, uint64_t out[HIST_COARSE])
{
	uint32_t i;

	memset(out, 0, HIST_COARSE * sizeof(out[0]));
	for (i = h->first; i < h->end; i++)
		out[slot_bucket(i)] += h->slot[i];
}

uint64_t
hist_coarse_percentile(const uint64_t counts[HIST_COARSE], double p,
    uint64_t min_ns, uint64_t max_ns)
{
	const double ln_low = log((double)HIST_LOW_NS);
	const double ln_width =
	    (log((double)HIST_HIGH_NS) - ln_low) / HIST_COARSE;
	uint64_t count = 0, before = 0, rank;
	double f;
	size_t i;

	for (i = 0; i < HIST_COARSE; i++)
		count += counts[i];
	if (count == 0)
		return 0;
	rank = rank_of(p / 100 * (double)count, count);
	for (i = 0; before + counts[i] < rank; i++)
		before += counts[i];
	f = ((double)(rank - before) - 0.5) / (double)counts[i];
	return hold_between((uint64_t)llround(exp(ln_low +
	    ((double)i + f) * ln_width)), min_ns, max_ns);
}

/* The slots of a bucket's ends; those of the open ones belong to it, too. */
void
hist_coarse_rank(const uint64_t counts[HIST_COARSE], uint64_t rank,
    uint64_t min_ns, uint64_t max_ns, uint64_t *first, uint64_t *last)
{
	uint64_t seen = 0;
	size_t i, from, until;

	for (i = 0; i < HIST_COARSE - 1 && seen + counts[i] < rank; i++)
		seen += counts[i];
	from = i == 0 ? 0 : 1 + i * HIST_PARTS;
	until = i == HIST_COARSE - 1 ? HIST_SLOTS - 1 : (i + 1) * HIST_PARTS;
	*first = hold_between(hist_slot_first(from), min_ns, max_ns);
	*last = hold_between(slot_last(until, max_ns), min_ns, max_ns);
}
