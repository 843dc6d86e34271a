import { FilterOutlined } from '@ant-design/icons'
import { Button, Drawer, type InputRef } from 'antd'
import { type Ref, useState } from 'react'
import { useTexts } from '../language/texts.ts'
import { FilterChips } from './filter-chips.tsx'
import { FilterFields } from './filter-fields.tsx'
import { filterCount } from './listing.ts'
import type { Pin } from './pin.ts'
import { TextFilter } from './text-filter.tsx'
import { texts } from './texts.ts'
import { useIsNarrow } from './use-is-narrow.ts'
import type { ListingControl } from './use-listing.ts'
import type { UserNames } from './user-names.ts'

interface Props extends ListingControl {
  pin: Pin | null | undefined
  users: UserNames | null
  /** The field that a key leads to. */
  textHandle: Ref<InputRef>
}

/** All filters at a glance; on phones the text alone, and the others in a drawer. */
export function FilterBar({ listing, filter, clear, pin, users, textHandle }: Props) {
  const t = useTexts(texts)
  const isNarrow = useIsNarrow()
  const [isOpen, setOpen] = useState(false)
  const { filters } = listing
  const fields = <FilterFields {...{ filters, pin, users }} onChange={filter} />
  return (
    <search className="records-filters panel" aria-label={t.filters}>
      <div className="filter" data-wide>
        <span className="wide-label">{t.text}</span>
        <TextFilter
          handle={textHandle}
          value={filters.file_name ?? ''}
          onChange={(text, inPlace) => filter({ file_name: text }, inPlace)}
        />
      </div>
      {isNarrow ? (
        <Button icon={<FilterOutlined aria-hidden="true" />} onClick={() => setOpen(true)} aria-haspopup="dialog">
          {t.filtersActive(filterCount(listing))}
        </Button>
      ) : (
        fields
      )}
      <FilterChips {...{ filters, users }} onChange={filter} onClear={clear} />
      <Drawer
        open={isNarrow && isOpen}
        onClose={() => setOpen(false)}
        title={t.filters}
        placement="bottom"
        size="85%"
        destroyOnHidden
        extra={
          <Button type="link" onClick={clear} disabled={filterCount(listing) === 0}>
            {t.clearFilters}
          </Button>
        }
        footer={
          <Button type="primary" block onClick={() => setOpen(false)}>
            {t.done}
          </Button>
        }
      >
        <div className="records-filters-drawer">{fields}</div>
      </Drawer>
    </search>
  )
}
