/// Waiting inside a page.
enum PageWait {
  /// Looks whenever the document changes, and twenty times a second for what changes without it.
  /// Takes a time in milliseconds; results in `{value}` or, too late, in what may explain it.
  static func script(_ expression: String) -> String {
    """
    const [limit, done] = arguments;
    let isOver = false;
    let problem = null;
    const finish = (result) => {
      isOver = true;
      observer.disconnect();
      clearInterval(timer);
      clearTimeout(end);
      done(result);
    };
    const look = () => {
      if (isOver) return;
      try {
        const value = (\(expression));
        if (value) finish({ value });
      } catch (error) {
        problem = String(error);
      }
    };
    const late = () =>
      finish({ problem, url: location.href, text: document.body?.innerText ?? "" });
    const observer = new MutationObserver(look);
    const timer = setInterval(look, 50);
    const end = setTimeout(late, limit);
    observer.observe(document, {
      subtree: true, childList: true, attributes: true, characterData: true,
    });
    look();
    """
  }
}

extension WebDriver.Failure {
  /// Whether the page of a script was left. chromedriver calls that a time-out, though it tells at
  /// once; the real one is longer than any wait.
  var isNavigation: Bool { code == "script timeout" || message.contains("document unloaded") }
}
