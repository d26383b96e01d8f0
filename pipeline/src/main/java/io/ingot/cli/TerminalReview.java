package io.ingot.cli;

import io.ingot.route.ForegroundRun;
import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import io.ingot.store.ArtifactStore;
import io.ingot.store.IngotHome;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Shows the card on the terminal and asks. */
final class TerminalReview implements ForegroundRun.Reviewer {
  private final Console console;
  private final IngotHome home;
  private final BufferedReader answers;

  TerminalReview(Console console, IngotHome home) {
    this(
        console,
        home,
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())));
  }

  TerminalReview(Console console, IngotHome home, BufferedReader answers) {
    this.console = console;
    this.home = home;
    this.answers = answers;
  }

  @Override
  public boolean decide(ReviewRecord review, RunTables tables) {
    String line = "-".repeat(72);
    console.ask(line);
    card(review, tables).ifPresent(console::ask);
    console.ask(line);
    console.ask(review.title());
    console.ask("You decide about " + review.subjectDigest());
    String by = System.getProperty("user.name", "unknown");
    try {
      while (true) {
        console.ask("Approve as " + by + "? [y]es, [n]o, [l]ater:");
        String answer = answers.readLine();
        switch (answer == null ? "l" : answer.strip().toLowerCase(Locale.ROOT)) {
          case "y", "yes" -> {
            tables.reviews().approve(review.id(), by, "approved on the terminal");
            return true;
          }
          case "n", "no" -> {
            console.ask("Why?");
            String reason = answers.readLine();
            tables.reviews().reject(review.id(), by, reason == null ? "" : reason.strip());
            return true;
          }
          case "l", "later" -> {
            return false;
          }
          default -> {}
        }
      }
    } catch (IOException e) {
      return false;
    }
  }

  /** The text of the card that the step is about. */
  private Optional<String> card(ReviewRecord review, RunTables tables) {
    String digest = tables.runs().inputDigests(review.run(), review.step()).get("card");
    if (digest == null) {
      return Optional.empty();
    }
    Path card = new ArtifactStore(home.artifacts()).path(digest).resolve("README.md");
    try {
      return Optional.of(Files.readString(card));
    } catch (IOException e) {
      return Optional.of("(the card cannot be read: " + e + ")");
    }
  }
}
