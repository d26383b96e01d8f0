package io.ingot.cli;

import io.ingot.card.CardLint;
import io.ingot.card.LintReport;
import io.ingot.error.ErrorKind;
import io.ingot.error.IngotException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code card lint README.md}. */
@Command(
    name = "lint",
    description =
        "Scores a model card from 0 to 100 and names what must be mended. Exit code 1: it must not"
            + " be published so.")
final class CardLintCommand extends IngotCommand {
  private static final long MAX_BYTES = 16 << 20;

  @Parameters(paramLabel = "README.md", description = "The card, or the folder that it lies in.")
  Path file = Path.of("README.md");

  @Override
  public Integer call() throws IOException {
    Path card = Files.isDirectory(file) ? file.resolve("README.md") : file;
    LintReport report = CardLint.lint(read(card), card.toString());
    if (json()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("file", card.toString());
      document.put("score", report.score());
      document.put("passes", report.passes());
      document.put("failures", report.failures());
      document.put("checks", report.checks());
      console().result(document);
    } else {
      print(card, report);
    }
    return report.passes() ? 0 : ErrorKind.FAILED.exitCode();
  }

  private void print(Path card, LintReport report) {
    console()
        .result(
            card
                + ": "
                + report.score()
                + " of 100"
                + (report.passes() ? "" : ", must not be published so"));
    report.failures().forEach(failure -> console().result("  fail  " + failure));
    TextTable table = new TextTable("ITEM", " POINTS", "REMARK");
    for (LintReport.Check check : report.checks()) {
      table.row(check.name(), check.points() + "/" + check.of(), check.remark());
    }
    table.lines().forEach(line -> console().result("  " + line));
  }

  private static String read(Path card) throws IOException {
    if (!Files.isRegularFile(card)) {
      throw IngotException.notFound("there is no card " + card);
    }
    if (Files.size(card) > MAX_BYTES) {
      throw IngotException.invalid(card + " is larger than " + MAX_BYTES + " bytes: no card");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(Files.readAllBytes(card)))
          .toString();
    } catch (CharacterCodingException e) {
      throw IngotException.invalid(card + " is no text in UTF-8");
    }
  }
}
