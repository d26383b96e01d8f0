package io.ingot.cli;

import io.ingot.doctor.Checkup;
import io.ingot.doctor.Finding;
import io.ingot.error.ErrorKind;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** Checks the machine. */
@Command(
    name = "doctor",
    description = "Check this machine: Java, memory, libtorch and its devices, folders, Hub.")
final class DoctorCommand extends IngotCommand {
  @Override
  public Integer call() {
    List<Finding> findings = Checkup.run(home(), environment());
    if (json()) {
      console()
          .result(
              Map.of(
                  "version",
                  Version.current(),
                  "checks",
                  findings.stream()
                      .map(
                          f ->
                              Map.of(
                                  "status", f.status().name().toLowerCase(Locale.ROOT),
                                  "subject", f.subject(),
                                  "detail", f.detail(),
                                  "remedy", f.remedy()))
                      .toList()));
    } else {
      console().result("ingot " + Version.current());
      for (Finding finding : findings) {
        console()
            .result(
                String.format(
                    Locale.ROOT,
                    "%-4s  %-14s  %s",
                    finding.status().name().toLowerCase(Locale.ROOT),
                    finding.subject(),
                    finding.detail()));
        if (!finding.remedy().isEmpty()) {
          console().result(" ".repeat(22) + "-> " + finding.remedy());
        }
      }
    }
    boolean failed = findings.stream().anyMatch(f -> f.status() == Finding.Status.FAIL);
    return failed ? ErrorKind.FAILED.exitCode() : 0;
  }
}
