package io.ingot.cli;

import io.ingot.card.CardFolder;
import io.ingot.run.ReviewRecord;
import io.ingot.run.RunTables;
import io.ingot.store.ArtifactStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code review show REVIEW}. */
@Command(name = "show", description = "Shows what is to be decided: the card and all files.")
final class ReviewShowCommand extends IngotCommand {
  @Parameters(paramLabel = "REVIEW", description = "Id of the review, or of its run.")
  String id = "";

  @Override
  public Integer call() throws IOException {
    try (RunTables tables = ReviewCommand.tables(this, id)) {
      ReviewRecord review = tables.reviews().show(id);
      Optional<Path> folder = card(tables, review);
      if (json()) {
        console().result(json(review, folder));
      } else {
        print(review, folder);
      }
    }
    return 0;
  }

  /** The card folder, while the store has it. */
  private Optional<Path> card(RunTables tables, ReviewRecord review) {
    String digest = tables.runs().inputDigests(review.run(), review.step()).get("card");
    return Optional.ofNullable(digest)
        .map(new ArtifactStore(home().artifacts())::path)
        .filter(Files::isDirectory);
  }

  private static Map<String, Object> json(ReviewRecord review, Optional<Path> folder)
      throws IOException {
    Map<String, Object> document = new LinkedHashMap<>(ReviewCommand.json(review));
    if (folder.isPresent()) {
      CardFolder card = CardFolder.read(folder.get());
      document.put("folder", folder.get().toString());
      document.put("license", card.license());
      document.put("score", card.score());
      document.put("files", card.files());
      document.put("card", Files.readString(folder.get().resolve("README.md")));
    }
    return document;
  }

  private void print(ReviewRecord review, Optional<Path> folder) throws IOException {
    Console console = console();
    console.result("review   " + review.id());
    console.result("run      " + review.run() + ", step " + review.step());
    console.result("subject  " + review.subjectDigest());
    console.result(
        "state    "
            + ReviewCommand.state(review)
            + (review.decidedBy() == null
                ? ""
                : " by " + review.decidedBy() + " at " + review.decidedAt()));
    if (review.remark() != null && !review.remark().isEmpty()) {
      console.result("comment  " + review.remark());
    }
    if (folder.isEmpty()) {
      console.warn("its card is no longer in the store");
      return;
    }
    CardFolder card = CardFolder.read(folder.get());
    console.result("license  " + card.license() + "; lint " + card.score() + " of 100");
    console.result("");
    TextTable table = new TextTable("FILE", " BYTES", "SHA-256");
    for (CardFolder.Entry file : card.files()) {
      table.row(file.path(), Long.toString(file.bytes()), file.sha256());
    }
    table.lines().forEach(console::result);
    console.result("");
    console.result(Files.readString(folder.get().resolve("README.md")).stripTrailing());
    if (ReviewCommand.state(review).equals("pending")) {
      console.note("");
      console.note("Decide: ingot review approve " + review.id());
    }
  }
}
