// Keeps the address bar at the link of the view, without a step in the browser's history.

/** Shows the link that the server has sent. */
export default function showLink({source}) {
  history.replaceState(null, '', source.data.text[0] || location.pathname)
}
