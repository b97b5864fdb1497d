// The recipes of docs/transports.md, as they stand there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import test from 'node:test'
import { TestHub, eventually } from './hub.mjs'
import { Proxy } from './proxy.mjs'

const page = readFileSync(new URL('../../../docs/transports.md', import.meta.url), 'utf8')
const RECIPES = [
  { name: 'Python', command: ['python3', '-c'], code: codeOf('Python', 'python') },
  { name: 'Node', command: [process.execPath, '--input-type=module', '--eval'], code: codeOf('Node', 'js') },
]

/** The first block of code of a section. */
function codeOf(section, language) {
  return new RegExp(`\\n## ${section}\\n[^]*?\\n\`\`\`${language}\\n([^]*?)\\n\`\`\``).exec(page)[1]
}

/** Runs a recipe for the time of a test, against another address, or of another topic. */
function run(t, { command: [program, ...options], code }, url, topic = 'news') {
  const there = code.replaceAll('http://127.0.0.1:8080', url.slice(0, -1))
  const text = there.replace(/(topic=|\[")news/, (_, before) => before + topic)
  const recipe = { output: '', errors: '' }
  recipe.process = spawn('setpriv', ['--pdeathsig', 'KILL', '--', program, ...options, text])
  recipe.process.stdout.on('data', (bytes) => (recipe.output += bytes))
  recipe.process.stderr.on('data', (bytes) => (recipe.errors += bytes))
  t.after(() => recipe.process.kill('SIGKILL'))
  return recipe
}

for (const recipe of RECIPES) {
  test(`the recipe for ${recipe.name} outlives answers that are cut off and hubs that die`, async (t) => {
    const [first, second] = [await TestHub.start(t), await TestHub.start(t)]
    const proxy = await Proxy.start(t, first.port)
    proxy.truncates = true
    await first.publish('news', 'one')
    const running = run(t, recipe, proxy.url)
    const told = (text) => () => `${text} is due: ${running.output} ${running.errors}`
    await eventually('an answer should be cut off', () => proxy.truncated > 0)
    proxy.truncates = false
    await eventually(told('one'), () => running.output.includes('news one'))
    await first.kill()
    proxy.cut()
    proxy.target = second.port
    await second.publish('news', 'two')
    await eventually(told('two'), () => running.output.includes('news two'))
    assert.equal(running.process.exitCode, null)
  })

  test(`the recipe for ${recipe.name} ends when it is refused for good`, async (t) => {
    const server = await TestHub.start(t)
    const refused = run(t, recipe, server.url, '$reserved')
    const [code] = await once(refused.process, 'exit', { signal: AbortSignal.timeout(20_000) })
    assert.equal(code, 1)
    assert.match(refused.errors, /400/)
  })
}
