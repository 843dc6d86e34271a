import { languageOf, UsageError } from './arguments.ts'
import { checkModel } from './check-model.ts'
import { parseModelCheckArguments } from './model-check-arguments.ts'
import { describeModelCheck, modelCheckJson } from './model-check-report.ts'
import { modelCheckTexts } from './model-check-texts.ts'

const exitCodes = { usable: 0, failed: 1, usage: 2 }

async function main(argv: string[], locale: string): Promise<number> {
  const language = languageOf(argv, locale)
  const texts = modelCheckTexts(language)
  try {
    const { dir, photos, printsJson, runs, asksForHelp } = parseModelCheckArguments(argv, language)
    if (asksForHelp) {
      console.log(texts.usage)
      return exitCodes.usable
    }
    process.stderr.write(`${texts.loading(dir)}\n`)
    const check = await checkModel(dir, photos, runs, language)
    console.log(printsJson ? modelCheckJson(check) : describeModelCheck(check, runs, language))
    return check.problems.length + check.pictureProblems.length > 0 ? exitCodes.failed : exitCodes.usable
  } catch (err) {
    if (!(err instanceof UsageError)) throw err
    console.error(`${err.message}\n\n${texts.usage}`)
    return exitCodes.usage
  }
}

process.exitCode = await main(process.argv.slice(2), Intl.DateTimeFormat().resolvedOptions().locale)
