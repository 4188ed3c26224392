import numpy as np

MASK = 2**32 - 1
ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)


def block(key, counter):
    """One block of Threefry-2x32 in Python's integers, a round at a time."""
    keys = [*map(int, key)]
    keys.append(keys[0] ^ keys[1] ^ 0x1BD11BDA)
    x, y = (counter >> 32) + keys[0], (counter & MASK) + keys[1]
    for step in range(20):
        x = (x + y) & MASK
        y &= MASK
        distance = ROTATIONS[step % 8]
        y = (y << distance | y >> (32 - distance)) & MASK ^ x
        if step % 4 == 3:
            group = step // 4 + 1
            x += keys[group % 3]
            y += keys[(group + 1) % 3] + group
    return x & MASK, y & MASK


def bits(key, *, shape, dtype):
    pairs = [block(key, position) for position in range(np.prod(shape))]
    words = [(x << 32 | y) if dtype == np.uint64 else x ^ y for x, y in pairs]
    return np.array(words, np.uint64).astype(dtype).reshape(shape)


ANSWERS = {
    "bits": bits,
    "blocks": lambda key, counters: np.array(
        [[block(key, int(c)) for c in row] for row in counters], np.uint32
    ),
}
