"""Families of scenes in which something sounds, with the exact times; see families.py."""

import numpy as np

from scenes.canvas import Sprite
from scenes.moments import MATERIALS, event, fallen, smoothstep, swing_profile, times


def bounce(rng, seconds, look):
    """One to three balls under gravity; an event at every contact with the floor."""
    sprites, events = [], []
    for _ in range(rng.integers(1, 3)):
        r, floor, g = rng.uniform(0.03, 0.1), rng.uniform(0.7, 0.95), rng.uniform(1.5, 4)
        loss, material = rng.uniform(0.6, 0.92), str(rng.choice(MATERIALS))
        x0, vx = rng.uniform(0.15, 0.85), rng.uniform(-0.08, 0.08)
        hits, heights, t, v = [], [], rng.uniform(0.2, 0.8), np.sqrt(2 * g * rng.uniform(0.25, 0.6))
        first_height = v * v / (2 * g)
        while t < seconds:
            hits.append(t)
            heights.append(v)
            v *= loss
            if v < 0.35 * np.sqrt(g):
                v = np.sqrt(2 * g * rng.uniform(0.25, 0.6))  # thrown again
            t += 2 * v / g
        ups = np.array([heights[0]] + [h for h in heights])

        def track(t, hits=np.array(hits), heights=heights, g=g, floor=floor, r=r, x0=x0, vx=vx, loss=loss, top=first_height):
            x = x0 + vx * t
            i = int(np.searchsorted(hits, t, side="right")) - 1
            if i < 0:
                y = min(top, 0.5 * g * max(0.0, np.sqrt(2 * top / g) - (hits[0] - t)) ** 2)
                return x, floor - r - (top - y), 0.0, 1.0
            end = hits[i + 1] if i + 1 < len(hits) else hits[i] + 2 * heights[i] * loss / g
            v = g * (end - hits[i]) / 2
            s = min(t - hits[i], end - hits[i])
            return x, floor - r - (v * s - 0.5 * g * s * s), 3 * t, 1.0

        sprites.append(Sprite(rng, "ellipse", r, r, track, look))
        events += [event(h, "impact", (v / max(ups)) * r / 0.06, x0 + vx * h, material) for h, v in zip(hits, heights)]
    return sprites, events


def strike(rng, seconds, look):
    """A stick turning about its grip hits something."""
    hits, material = times(rng, seconds), str(rng.choice(MATERIALS))
    strengths = rng.uniform(0.4, 1, len(hits))
    px, py, length, side = rng.uniform(0.25, 0.75), rng.uniform(0.35, 0.6), rng.uniform(0.12, 0.25), rng.choice([-1, 1])
    lift = rng.uniform(0.6, 1.4)
    tilt = rng.uniform(0.0, 0.5)

    def track(t):
        a = side * (tilt - lift * swing_profile(t, hits))
        return px + side * length * np.cos(a), py + side * length * np.sin(a), a, 1.0

    tip = px + side * 2 * length * np.cos(tilt)
    target_y = py + 2 * length * np.sin(tilt) + 0.06
    target = Sprite(rng, str(rng.choice(["box", "ellipse"])), 0.1, 0.06, lambda t: (tip, target_y, 0.0, 1.0), look)
    stick = Sprite(rng, "box", length, rng.uniform(0.01, 0.03), track, look)
    return [target, stick], [event(h, "impact", s, tip, material) for h, s in zip(hits, strengths)]


def walk(rng, seconds, look):
    """Two legs under a body; an event at every foot contact."""
    step, speed = rng.uniform(0.32, 0.7), rng.choice([-1, 1]) * rng.uniform(0.0, 0.12)
    x0, phase, hip, leg = rng.uniform(0.25, 0.75), rng.uniform(0, 1), rng.uniform(0.45, 0.6), rng.uniform(0.13, 0.2)
    place = lambda t: (x0 + speed * t - 0.1) % 1.2 - 0.1

    def leg_track(offset):
        def track(t):
            u = ((t / (2 * step) + offset + phase) % 1.0) * 2
            # u in 0..1: the foot is on the ground and moves back; 1..2: it swings forward, fast before it lands.
            a = 0.5 - u if u < 1 else -0.5 + (u - 1) ** 0.8
            lift = 0.0 if u < 1 else 0.03 * np.sin(np.pi * (u - 1))
            return place(t) + leg * np.sin(a), hip + leg * np.cos(a) - lift, -a, 1.0
        return track

    body = Sprite(rng, "box", 0.05, 0.14, lambda t: (place(t), hip - 0.14 + 0.01 * np.cos(2 * np.pi * (t / step + phase * 2)), 0.0, 1.0), look)
    head = Sprite(rng, "ellipse", 0.04, 0.05, lambda t: (place(t), hip - 0.33, 0.0, 1.0), look)
    legs = [Sprite(rng, "box", 0.018, leg, leg_track(o), look) for o in (0.0, 0.5)]
    surface = str(rng.choice(["concrete", "gravel", "wood", "grass"]))
    contacts = []
    for i in range(-2, int(seconds / step) + 4):
        t = (i - 2 * phase) * step
        if 0.05 < t < seconds - 0.05:
            contacts.append(event(t, "step", 0.6, place(t), surface))
    return legs + [body, head], contacts


def fall(rng, seconds, look):
    """Boxes drop from above and stay where they land."""
    hits, sprites, events, material = times(rng, seconds, 0.5, 1.8), [], [], str(rng.choice(MATERIALS))
    for h in hits:
        r, floor, g, x = rng.uniform(0.03, 0.1), rng.uniform(0.65, 0.95), rng.uniform(2, 5), rng.uniform(0.1, 0.9)
        spin = rng.uniform(-3, 3)

        def track(t, h=h, r=r, floor=floor, g=g, x=x, spin=spin):
            s = max(0.0, h - t)
            above = fallen(floor + r, g, s)  # from just out of the picture
            return None if above is None else (x, floor - r - above, spin * s, 1.0)

        sprites.append(Sprite(rng, str(rng.choice(["box", "ellipse"])), r, r, track, look))
        events.append(event(h, "impact", 0.3 + 7 * r, x, material))
    return sprites, events


def flash(rng, seconds, look):
    """Sudden light that fades: gunfire, explosions, fireworks."""
    hits, sprites, events = times(rng, seconds, 0.3, 2.0), [], []
    decay, size = rng.uniform(0.04, 0.5), rng.uniform(0.08, 0.4)
    fixed = rng.random() < 0.5
    place = rng.uniform(0.15, 0.85, 2)
    for h in hits:
        x, y = place if fixed else rng.uniform(0.15, 0.85, 2)
        strength = rng.uniform(0.5, 1)

        def track(t, h=h, x=x, y=y, s=strength):
            return None if t < h or t > h + 6 * decay else (x, y, 0.0, s * np.exp(-(t - h) / decay))

        sprites.append(Sprite(rng, "ellipse", size * strength, size * strength, track, "glow"))
        events.append(event(h, "blast", strength, x, "explosion" if decay > 0.2 else "gunfire"))
    return sprites, events


def pendulum(rng, seconds, look):
    """A weight on a rod swings against a wall."""
    period, amplitude, px = rng.uniform(0.7, 1.8), rng.uniform(0.4, 0.9), rng.uniform(0.35, 0.65)
    length, r, side, start = rng.uniform(0.35, 0.6), rng.uniform(0.04, 0.09), rng.choice([-1, 1]), rng.uniform(0, 1)
    angle = lambda t: side * amplitude * abs(np.sin(np.pi * (t / period + start)))
    bob = lambda t: (px + length * np.sin(angle(t)), 0.1 + length * np.cos(angle(t)), -angle(t), 1.0)
    rod = lambda t: (px + length / 2 * np.sin(angle(t)), 0.1 + length / 2 * np.cos(angle(t)), -angle(t), 1.0)
    wall_x = px - side * (r + 0.03)
    wall = Sprite(rng, "box", 0.03, 0.4, lambda t: (wall_x, 0.6, 0.0, 1.0), look)
    hits = [(i - start) * period for i in range(1, int(seconds / period) + 3)]
    material = str(rng.choice(MATERIALS))
    events = [event(h, "impact", amplitude, wall_x, material) for h in hits if 0.05 < h < seconds - 0.05]
    return [wall, Sprite(rng, "box", 0.01, length / 2, rod, look), Sprite(rng, "ellipse", r, r, bob, look)], events


def slide(rng, seconds, look):
    """Something glides to and fro between two walls."""
    left, right = rng.uniform(0.08, 0.3), rng.uniform(0.7, 0.92)
    speed, r, y = rng.uniform(0.25, 1.0), rng.uniform(0.03, 0.1), rng.uniform(0.3, 0.8)
    start, span = rng.uniform(0, 2), right - left
    phase = lambda t: (start + t * speed / span) % 2
    x = lambda t: left + span * (phase(t) if phase(t) < 1 else 2 - phase(t))
    sprites = [Sprite(rng, str(rng.choice(["box", "ellipse"])), r, r, lambda t: (x(t), y, 0.0, 1.0), look)]
    sprites += [Sprite(rng, "box", 0.02, 0.3, lambda t, w=w: (w, y, 0.0, 1.0), look) for w in (left - r - 0.02, right + r + 0.02)]
    material, events = str(rng.choice(MATERIALS)), []
    for i in range(1, int(seconds * speed / span) + 4):
        t = (i - start) * span / speed
        if 0.05 < t < seconds - 0.05:
            events.append(event(t, "impact", 0.4 + 0.5 * speed, left if i % 2 == 0 else right, material))
    return sprites, events


def splash(rng, seconds, look):
    """Things fall into water; drops fly up."""
    hits, sprites, events, level = times(rng, seconds, 0.6, 2.0), [], [], rng.uniform(0.55, 0.8)
    for h in hits:
        x, g, r = rng.uniform(0.15, 0.85), rng.uniform(2, 4), rng.uniform(0.03, 0.07)

        def drop(t, h=h, x=x, g=g, r=r):
            s = h - t
            if s < -0.15:
                return None
            above = fallen(level + r, g, s) if s > 0 else 0.8 * s
            return None if above is None else (x, level - r - above, 0.0, 1.0)

        sprites.append(Sprite(rng, "ellipse", r, r, drop, look))
        for _ in range(5):
            vx, vy = rng.uniform(-0.3, 0.3), rng.uniform(0.4, 1.1)

            def fly(t, h=h, x=x, vx=vx, vy=vy):
                s = t - h
                y = level - vy * s + 1.5 * s * s
                return None if s < 0 or y > level + 0.02 else (x + vx * s, y, 0.0, 1.0)

            sprites.append(Sprite(rng, "ellipse", 0.015, 0.02, fly, look))
        events.append(event(h, "splash", 0.3 + 8 * r, x, "water"))
    sprites.append(Sprite(rng, "box", 0.7, 0.25, lambda t: (0.5, level + 0.25 + 0.005 * np.sin(3 * t), 0.0, 1.0), look))
    return sprites, events


def clap(rng, seconds, look):
    """Two hands, or two blades, meet."""
    hits, x, y, gap = times(rng, seconds), rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7), rng.uniform(0.08, 0.25)
    rise, drop = rng.uniform(0.1, 0.3), rng.uniform(0.06, 0.15)
    open_ = lambda t: gap * swing_profile(t, hits, rise, drop)
    tilt, r = rng.uniform(-0.5, 0.5), (rng.uniform(0.015, 0.05), rng.uniform(0.06, 0.15))
    make = lambda s: Sprite(rng, "box", *r, lambda t: (x + s * (open_(t) + r[0]), y, s * (tilt + open_(t)), 1.0), look)
    kind = str(rng.choice(["hands", "metal"]))
    return [make(-1), make(1)], [event(h, "impact", rng.uniform(0.5, 1), x, kind) for h in hits]


def door(rng, seconds, look):
    """A door swings shut: its width shrinks or grows until it stops dead."""
    hits, x, w = times(rng, seconds, 1.2, 2.5), rng.uniform(0.3, 0.7), rng.uniform(0.1, 0.2)
    profile = lambda t: swing_profile(t, hits, 0.8, rng_drop)
    rng_drop = rng.uniform(0.2, 0.45)
    base = Sprite(rng, "box", w + 0.02, 0.34, lambda t: (x, 0.5, 0.0, 1.0), look)

    leaf = Sprite(rng, "box", w, 0.32, lambda t: (x + w * 0.9 * profile(t), 0.5, 0.25 * profile(t), 1 + profile(t)), look)
    return [base, leaf], [event(h, "impact", 0.8, x, "door") for h in hits]


def billiard(rng, seconds, look):
    """A ball rolls into one that rests; it stops, the other rolls off and returns from the cushion."""
    y, r, speed = rng.uniform(0.3, 0.8), rng.uniform(0.03, 0.07), rng.uniform(0.3, 1.0)
    left, right, middle = rng.uniform(0.05, 0.15), rng.uniform(0.85, 0.95), rng.uniform(0.35, 0.65)
    ways = (middle - r - left, right - middle - r)  # how far the two balls roll out, and back again
    period, start = 2 * sum(ways) / speed, rng.uniform(0, 1)
    material, hits = str(rng.choice(MATERIALS)), []

    def place(t):
        s = ((t / period + start) % 1.0) * period * speed
        out = [0.0, 0.0]
        which = 0 if s < 2 * ways[0] else 1
        s -= 0 if which == 0 else 2 * ways[0]
        out[which] = min(s, 2 * ways[which] - s)
        return out

    for k in range(-1, int(seconds / period) + 2):
        begun = (k - start) * period
        for offset, x in ((0, middle), (ways[0], left), (2 * ways[0], middle), (2 * ways[0] + ways[1], right)):
            t = begun + offset / speed
            if 0.05 < t < seconds - 0.05:
                hits.append(event(t, "impact", 0.3 + 0.6 * speed, x, material))
    sprites = [Sprite(rng, "ellipse", r, r, lambda t: (middle - r - place(t)[0], y, -9 * place(t)[0], 1.0), look),
               Sprite(rng, "ellipse", r, r, lambda t: (middle + r + place(t)[1], y, 9 * place(t)[1], 1.0), look)]
    sprites += [Sprite(rng, "box", 0.02, 0.2, lambda t, x=x: (x, y, 0.0, 1.0), look) for x in (left - r - 0.02, right + r + 0.02)]
    return sprites, hits


def hop(rng, seconds, look):
    """A figure crouches, jumps and lands; the landing sounds."""
    hits, x, floor = times(rng, seconds, 0.7, 1.8), rng.uniform(0.2, 0.8), rng.uniform(0.75, 0.92)
    g, size, high = rng.uniform(3, 7), rng.uniform(0.05, 0.1), rng.uniform(0.08, 0.25)
    air = 2 * np.sqrt(2 * high / g)

    def lift(t):
        i = int(np.searchsorted(hits, t))
        after = hits[i] - t if i < len(hits) else 9.0
        before = t - hits[i - 1] if i > 0 else 9.0
        if after < air and before > 0.06:
            return 0.5 * g * after * (air - after)
        return -0.25 * size * np.exp(-before / 0.06)  # knees give way

    body = Sprite(rng, "ellipse", 0.6 * size, size, lambda t: (x, floor - 1.6 * size - lift(t), 0.0, 1.0), look)
    head = Sprite(rng, "ellipse", 0.4 * size, 0.4 * size, lambda t: (x, floor - 3 * size - 1.2 * lift(t), 0.0, 1.0), look)
    feet = Sprite(rng, "box", 0.5 * size, 0.3 * size, lambda t: (x, floor - 0.3 * size - max(0.0, lift(t)), 0.0, 1.0), look)
    surface = str(rng.choice(["concrete", "wood", "grass"]))
    return [feet, body, head], [event(h, "step", 0.4 + 2 * high, x, surface) for h in hits]


def put(rng, seconds, look):
    """Something is lifted off a table, held, moved along and put down hard; only the putting down sounds."""
    hits, table, r = times(rng, seconds, 0.8, 2.0), rng.uniform(0.6, 0.9), rng.uniform(0.03, 0.09, 2)
    height, power, ease = rng.uniform(0.08, 0.35), rng.uniform(1, 2.2), rng.random() < 0.5
    xs = rng.uniform(0.2, 0.8) + rng.uniform(0, 0.15) * rng.standard_normal(len(hits) + 1)
    shares = rng.dirichlet((2, 3, 3, 2))  # of the time between: rest, lift, hold, lower

    def track(t):
        i = int(np.searchsorted(hits, t))
        begin, end = (hits[i - 1] if i > 0 else hits[0] - 1.2), (hits[i] if i < len(hits) else hits[-1] + 1.2)
        u = (t - begin) / (end - begin)
        rest, lift, hold = np.cumsum(shares)[:3]
        up = float(np.clip((u - rest) / (lift - rest), 0, 1))
        down = float(np.clip((u - hold) / (1 - hold), 0, 1)) ** power
        along = float(np.clip((u - lift) / (hold - lift), 0, 1))
        if ease:
            up, along = smoothstep(up), smoothstep(along)
        x = xs[i] + (xs[min(i + 1, len(hits))] - xs[i]) * along
        return x, table - r[1] - height * (up - down if u > hold else up), 0.0, 1.0

    stand = Sprite(rng, "box", 0.6, 0.2, lambda t: (0.5, table + 0.2, 0.0, 1.0), look)
    material, shape = str(rng.choice(MATERIALS)), str(rng.choice(["box", "ellipse"]))
    events = [event(h, "impact", 0.3 + 0.2 * power * height / 0.35, xs[min(i + 1, len(hits))], material) for i, h in enumerate(hits)]
    return [stand, Sprite(rng, shape, *r, track, look)], events


def dribble(rng, seconds, look):
    """A hand beats a ball to the floor; the floor sounds, the hand does not."""
    period, floor, r = rng.uniform(0.4, 0.9), rng.uniform(0.75, 0.93), rng.uniform(0.04, 0.08)
    high, start, x = rng.uniform(0.2, 0.45), rng.uniform(0, 1), rng.uniform(0.2, 0.8)
    drift, curve = rng.uniform(-0.06, 0.06), rng.uniform(0.7, 1.0)
    lift = lambda t: high * (1 - abs(1 - 2 * ((t / period + start) % 1.0))) ** curve
    hand = lambda t: (x + drift * t, floor - 2.3 * r - max(lift(t), 0.6 * high), 0.2, 1.0)
    sprites = [Sprite(rng, "ellipse", r, r, lambda t: (x + drift * t, floor - r - lift(t), 3 * t, 1.0), look),
               Sprite(rng, "box", 0.05, 0.02, hand, look)]
    hits = [(i - start) * period for i in range(int(seconds / period) + 2)]
    material = str(rng.choice(["wood", "stone", "soft"]))
    return sprites, [event(h, "impact", 0.6, x + drift * h, material) for h in hits if 0.05 < h < seconds - 0.05]


def keys(rng, seconds, look):
    """Fingers or hammers in a row; one at a time dips and hits the board."""
    hits, n, board = times(rng, seconds, 0.25, 1.0), int(rng.integers(3, 7)), rng.uniform(0.5, 0.85)
    which, first, pitch = rng.integers(0, n, len(hits)), rng.uniform(0.1, 0.5), rng.uniform(0.06, 0.1)
    size, high, drop, rise = rng.uniform(0.06, 0.15), rng.uniform(0.04, 0.1), rng.uniform(0.05, 0.12), rng.uniform(0.1, 0.4)

    def finger(k):
        own = hits[which == k]
        def track(t):
            lift = high * (swing_profile(t, own, rise, drop) if len(own) else 1.0)
            return first + k * pitch, board - size - lift, 0.0, 1.0
        return Sprite(rng, "box", 0.35 * pitch, size, track, look)

    sprites = [finger(k) for k in range(n)]
    sprites.append(Sprite(rng, "box", n * pitch / 2 + 0.05, 0.06, lambda t: (first + (n - 1) * pitch / 2, board + 0.06, 0.0, 1.0), look))
    material = str(rng.choice(MATERIALS))
    return sprites, [event(h, "impact", rng.uniform(0.4, 0.9), first + k * pitch, material) for h, k in zip(hits, which)]
