// par: tells `par ls` what opencode does. `par hooks uninstall opencode` takes this file away.
import { spawn } from "node:child_process"

const STATE = "@STATE@"

// What goes wrong here goes wrong in silence: opencode ends with a plugin that throws
export const Par = async ({ client, directory }) => {
  let last = ""
  let before = Promise.resolve()
  const run = (word) =>
    new Promise((done) => {
      try {
        const child = spawn("sh", [STATE, word, "--hook"], { cwd: directory, stdio: "ignore" })
        child.on("error", done).on("exit", done)
      } catch {
        done()
      }
    })
  // One after the other: of two at once either may be the last
  const say = (word) => {
    if (word === last) return
    last = word
    before = before.then(() => run(word))
  }
  // A subagent has a session of its own, with a parent
  const isSubagent = async (id) => {
    try {
      const found = await client.session.get({ path: { id } })
      return Boolean(found?.data?.parentID)
    } catch {
      return false
    }
  }
  const words = {
    "permission.asked": "waiting",
    "permission.updated": "waiting",
    "question.asked": "waiting",
    "permission.replied": "working",
    "question.replied": "working",
    "session.idle": "done",
    "session.error": "failed",
    "server.instance.disposed": "clear",
  }
  return {
    event: async ({ event }) => {
      try {
        const told = event?.properties ?? {}
        let word = words[event?.type]
        if (event?.type === "session.status" && told.status?.type !== "idle") word = "working"
        if (word === "failed" && told.error?.name === "MessageAbortedError") word = "done"
        if (!word) return
        if ((word === "done" || word === "failed") && (await isSubagent(told.sessionID))) return
        say(word)
      } catch {}
    },
  }
}
