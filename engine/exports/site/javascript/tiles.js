// The tiles that are here, and those that are coming: a few at a time, the most wanted first.

const AT_ONCE = 8

/** Tiles by name. `load` returns a promise of one; `changed` is called when one has come. */
export class Tiles {
  constructor(load, changed, most) {
    Object.assign(this, {load, changed, most})
    this.here = new Map() // those used longest ago first
    this.coming = new Set()
    this.failed = new Set()
    this.wanted = []
  }

  /** Returns a tile, or undefined if it is not here. */
  get(name) {
    const tile = this.here.get(name)
    if (tile !== undefined) {
      this.here.delete(name)
      this.here.set(name, tile)
    }
    return tile
  }

  /** Asks for tiles, the most wanted first, and for no others any more. */
  want(names) {
    this.wanted = names.filter((name) => !this.here.has(name))
    this.failed.clear()
    this.begin()
  }

  begin() {
    for (const name of this.wanted) {
      if (this.coming.size >= AT_ONCE) return
      if (this.here.has(name) || this.coming.has(name) || this.failed.has(name)) continue
      this.coming.add(name)
      this.load(name).then((tile) => this.take(name, tile), () => this.failed.add(name)).finally(() => {
        this.coming.delete(name)
        this.begin()
      })
    }
  }

  take(name, tile) {
    this.here.set(name, tile)
    for (const oldest of this.here.keys()) {
      if (this.here.size <= this.most) break
      if (!this.wanted.includes(oldest)) this.here.delete(oldest)
    }
    this.changed(name)
  }
}
