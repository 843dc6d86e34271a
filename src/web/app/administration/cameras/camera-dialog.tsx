import { Form, Modal } from 'antd'
import type { Camera } from '../../../../contract/index.ts'
import { Failure } from '../../frame/failure.tsx'
import { texts as frameTexts } from '../../frame/texts.ts'
import { useAction } from '../../frame/use-action.ts'
import { useLanguage } from '../../language/language.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { CameraFields } from './camera-fields.tsx'
import { changeOf, type EnteredCamera, emptyCamera, enteredOf, fieldErrorsOf, newCameraOf } from './entered-camera.ts'
import { texts } from './texts.ts'

interface Props {
  /** Null: a new one. */
  camera: Camera | null
  isOpen: boolean
  onClose: () => void
}

const FORM = 'camera-form'

/** Registers a camera, or changes one. */
export function CameraDialog({ camera, isOpen, onClose }: Props) {
  const t = useTexts(texts)
  const { cancel } = useTexts(frameTexts)
  const language = useLanguage()
  const [form] = Form.useForm<EnteredCamera>()
  const save = useAction({
    work: async (entered: EnteredCamera) => {
      await send(camera, entered).catch((err) => {
        const errors = fieldErrorsOf(err, language)
        form.setFields(errors)
        if (errors[0] !== undefined) form.focusField(errors[0].name)
        throw err
      })
      onClose()
    },
    done: (_, { name, enabled }) => (camera === null && enabled ? t.added(name) : t.changed),
    stale: [topics.cameras],
    isFailureShown: true,
  })
  const isSaidAtFields = fieldErrorsOf(save.error, language).length > 0
  return (
    <Modal
      open={isOpen}
      title={camera === null ? t.add : t.changeOf(camera.name)}
      onCancel={onClose}
      okText={camera === null ? t.addNow : t.save}
      cancelText={cancel}
      confirmLoading={save.isPending}
      mask={{ closable: false }}
      // Of the form itself, so that Enter in a field does what the button does.
      okButtonProps={{ htmlType: 'submit', form: FORM }}
      afterClose={() => save.reset()}
      destroyOnHidden
    >
      <Form<EnteredCamera>
        form={form}
        id={FORM}
        layout="vertical"
        preserve={false}
        requiredMark={false}
        initialValues={camera === null ? emptyCamera : enteredOf(camera)}
        onFinish={(entered) => save.mutate({ ...emptyCamera, ...(camera && enteredOf(camera)), ...entered })}
      >
        <CameraFields isNew={camera === null} hasCredentials={camera?.has_credentials ?? false} />
        {save.error === null || isSaidAtFields ? null : <Failure error={save.error} />}
      </Form>
    </Modal>
  )
}

async function send(camera: Camera | null, entered: EnteredCamera): Promise<void> {
  if (camera === null) {
    await client.call('POST /api/cameras', { body: newCameraOf(entered) })
    return
  }
  const body = changeOf(camera, entered)
  const params = { camera_id: camera.camera_id }
  if (body !== null) await client.call('PATCH /api/cameras/:camera_id', { params, body })
}
