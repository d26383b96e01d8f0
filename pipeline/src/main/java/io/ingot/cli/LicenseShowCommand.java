package io.ingot.cli;

import io.ingot.error.IngotException;
import io.ingot.license.License;
import io.ingot.license.LicenseCatalog;
import io.ingot.license.LicenseJson;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code license show ID}. */
@Command(name = "show", description = "Shows the terms of a license, or lists all that are known.")
final class LicenseShowCommand extends IngotCommand {
  @Parameters(
      arity = "0..1",
      paramLabel = "ID",
      description = "Identifier of the Hub or of SPDX, or a customary name; default: list all.")
  String id = "";

  @Override
  public Integer call() {
    LicenseCatalog catalog = LicenseCatalog.standard();
    if (id.isEmpty()) {
      list(catalog);
      return 0;
    }
    License license =
        catalog
            .find(id)
            .orElseThrow(
                () ->
                    IngotException.notFound(
                        "no license '"
                            + id
                            + "' is in the catalog; near it: "
                            + near(catalog, id)));
    if (json()) {
      console().result(LicenseJson.of(license));
    } else {
      lines(license).forEach(console()::result);
    }
    return 0;
  }

  private void list(LicenseCatalog catalog) {
    if (json()) {
      console().result(catalog.all().stream().map(LicenseJson::of).toList());
      return;
    }
    TextTable table = new TextTable("ID", "NAME", "COMMERCIAL", "RESULT");
    for (License license : catalog.all()) {
      table.row(license.id(), license.name(), word(license.commercial()), reach(license));
    }
    table.lines().forEach(console()::result);
  }

  private static List<String> lines(License license) {
    List<String> lines = new ArrayList<>();
    lines.add(license.id() + ": " + license.name());
    license.spdx().ifPresent(spdx -> lines.add("  SPDX             " + spdx));
    license.url().ifPresent(url -> lines.add("  text             " + url));
    lines.add(
        "  on the Hub       "
            + (license.hub()
                ? "license: " + license.id()
                : "license: other, license_name: " + license.id()));
    lines.add(
        "  derivatives      "
            + (license.derivatives() ? "may be passed on" : "may not be passed on"));
    lines.add("  commercial use   " + word(license.commercial()));
    lines.add("  result           " + reach(license));
    row(lines, "beyond notices   ", license.restrictions());
    row(lines, "files to ship    ", license.ship());
    license.notice().ifPresent(line -> lines.add("  notice           " + line));
    license.display().ifPresent(line -> lines.add("  to show          " + line));
    license
        .naming()
        .ifPresent(n -> lines.add("  name begins with " + n.prefix() + " (" + n.clause() + ")"));
    license.changes().ifPresent(clause -> lines.add("  changes          " + clause));
    license.flow().ifPresent(clause -> lines.add("  binds users      " + clause));
    license.policy().ifPresent(policy -> lines.add("  use policy       " + policy));
    license.company().ifPresent(clause -> lines.add("  companies        " + clause));
    license.improving().ifPresent(i -> lines.add("  other models     " + i.clause()));
    license.territory().ifPresent(t -> lines.add("  territory        " + t.clause()));
    license.limits().forEach(limit -> lines.add("  limit            " + limit.text()));
    license.warnings().forEach(warning -> lines.add("  unsettled        " + warning));
    row(lines, "clauses          ", license.clauses());
    lines.add("  facts from       " + source(license.confidence()));
    return lines;
  }

  private static void row(List<String> lines, String label, List<String> values) {
    if (!values.isEmpty()) {
      lines.add("  " + label + String.join(", ", values));
    }
  }

  private static String word(License.Commercial commercial) {
    return commercial.name().toLowerCase(Locale.ROOT);
  }

  private static String reach(License license) {
    return switch (license.share()) {
      case NONE -> "other terms may be put around it";
      case WEAK -> "unsettled for weights";
      case FLOW -> "its restrictions flow down";
      case FULL -> "under the same license only";
    };
  }

  private static String source(License.Confidence confidence) {
    return switch (confidence) {
      case TEXT -> "the text";
      case KNOWN -> "a well-known text";
      case REPORTED -> "reports about the text";
    };
  }

  /** The three names with the longest common beginning. */
  private static String near(LicenseCatalog catalog, String id) {
    String wanted = id.toLowerCase(Locale.ROOT);
    return catalog.all().stream()
        .map(License::id)
        .sorted(Comparator.comparing((String known) -> -common(known, wanted)))
        .limit(3)
        .collect(Collectors.joining(", "));
  }

  private static int common(String a, String b) {
    int n = 0;
    while (n < a.length() && n < b.length() && a.charAt(n) == b.charAt(n)) {
      n++;
    }
    return n;
  }
}
