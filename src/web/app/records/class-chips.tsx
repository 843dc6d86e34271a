import type { Record } from '../../../contract/index.ts'
import { signName } from '../picture/sign-names.ts'
import type { ItemProps } from './list-item.ts'
import { classCounts } from './sign-summary.ts'

type Props = Pick<ItemProps, 't' | 'language'> & { record: Record }

/** As many as are ever seen of one line. */
const MOST_SHOWN = 8

/** The classes of a record's signs in one line: code, category by its mark, and how many. */
export function ClassChips({ record, t, language }: Props) {
  const classes = classCounts(record)
  if (classes.length === 0) return <span className="class-chips muted">{t.noSigns}</span>
  return (
    <span className="class-chips">
      {classes.slice(0, MOST_SHOWN).map(({ sign, count }) => (
        <span
          key={sign.class_code}
          className="class-chip"
          data-category={sign.category}
          title={signName(sign, language)}
        >
          {sign.class_code}
          {count > 1 ? ` ×${count}` : ''}
        </span>
      ))}
    </span>
  )
}
