// par: tells `par ls` what opencode does. `par hooks uninstall opencode` takes this file away.
import { spawn } from "node:child_process"

const STATE = "@STATE@"
const WORDS = {
  "session.execution.started": "working",
  "session.execution.succeeded": "done",
  "session.execution.interrupted": "done",
  "session.execution.failed": "failed",
  "session.idle": "done",
  "session.error": "failed",
  "permission.asked": "waiting",
  "permission.updated": "waiting",
  "permission.replied": "working",
  "question.asked": "waiting",
  "question.replied": "working",
  "question.rejected": "working",
  "form.created": "waiting",
  "form.replied": "working",
  "form.cancelled": "working",
  "server.instance.disposed": "clear",
}
const ENDS = ["done", "failed"]

// What goes wrong here goes wrong in silence: opencode ends with a plugin that throws
const run = (word, cwd, env) =>
  new Promise((done) => {
    try {
      const child = spawn("sh", [STATE, word, "--hook"], { cwd, env, stdio: "ignore" })
      child.on("error", done).on("exit", done)
    } catch {
      done()
    }
  })

// A word once for each folder, and one after the other: of two at once either may be the last
const last = new Map()
let before = Promise.resolve()
const say = (word, folder, env) => {
  if (last.get(folder) === word) return
  last.set(folder, word)
  before = before.then(() => run(word, folder, env))
}

const wordOf = (type, fields) => {
  if (type === "session.status") return fields.status?.type === "idle" ? undefined : "working"
  if (type === "session.error" && fields.error?.name === "MessageAbortedError") return "done"
  return WORDS[type]
}

// A subagent has a session of its own, with a parent
const isChild = async (look) => {
  try {
    const found = await look()
    return Boolean(found?.data?.parentID ?? found?.parentID)
  } catch {
    return false
  }
}

export default {
  id: "par",
  // opencode 1, from 1.18.29 on
  server: async ({ client, directory }) => ({
    event: async ({ event }) => {
      try {
        const fields = event?.properties ?? {}
        const word = wordOf(event?.type, fields)
        if (!word) return
        const path = { id: fields.sessionID }
        if (ENDS.includes(word) && (await isChild(() => client.session.get({ path })))) return
        say(word, directory, process.env)
      } catch {}
    },
  }),
  // opencode 2: one server for all folders, and the pane that it was started in is nobody's
  setup: async (ctx) => {
    const abort = new AbortController()
    const env = { ...process.env, TMUX_PANE: "" }
    const children = new Set()
    const hear = async (event) => {
      const fields = event?.data ?? event?.properties ?? {}
      if (event?.type === "session.created" && fields.parentID) children.add(fields.id ?? fields.sessionID)
      const word = wordOf(event?.type, fields)
      const folder = event?.location?.directory ?? ctx.location?.directory
      if (!word || !folder) return
      const { sessionID } = fields
      const is = children.has(sessionID) || (await isChild(() => ctx.session?.get?.({ sessionID })))
      if (!(ENDS.includes(word) && is)) say(word, folder, env)
    }
    const listen = async () => {
      try {
        for await (const event of ctx.event.subscribe({ signal: abort.signal })) await hear(event).catch(() => {})
      } catch {}
    }
    listen()
    return () => abort.abort()
  },
}
