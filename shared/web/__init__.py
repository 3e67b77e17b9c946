"""What is shown to people, in browsers and from templates: the same words, plurals and look in both."""
