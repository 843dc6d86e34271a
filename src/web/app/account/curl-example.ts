/** How a script sends a photo and gets its signs. @param token null where the server looks at none */
export function curlExample(token: string | null): string {
  const header = token === null ? '' : `  -H 'Authorization: Bearer ${token}' \\\n`
  return `curl '${location.origin}/api/detections?wait=1' \\\n${header}  -F file=@photo.jpg`
}
