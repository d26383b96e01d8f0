package io.ingot.job.planner;

import io.ingot.job.JobSpec;
import io.ingot.job.Problems;
import io.ingot.job.ScheduleEntry;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.List;
import java.util.regex.Pattern;

/** Cron expressions of five fields, and time zones. */
final class ScheduleCheck {
  private static final List<String> FIELDS =
      List.of("minute", "hour", "day of month", "month", "day of week");
  private static final int[] LEAST = {0, 0, 1, 1, 0};
  private static final int[] GREATEST = {59, 23, 31, 12, 7};
  private static final String MONTHS = "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC";
  private static final String DAYS = "SUN|MON|TUE|WED|THU|FRI|SAT";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,2}");

  private ScheduleCheck() {}

  static void check(JobSpec job, ScheduleEntry schedule, Problems problems) {
    try {
      ZoneId.of(schedule.zone());
    } catch (DateTimeException e) {
      problems.addUnknown(
          job.place("schedule.zone"),
          "schedule.zone",
          "'" + schedule.zone() + "' is no time zone; expected a name such as Europe/Berlin",
          schedule.zone(),
          List.of());
    }
    String[] fields = schedule.cron().strip().split("\\s+", -1);
    if (fields.length != FIELDS.size()) {
      problems.add(
          job.place("schedule.cron"),
          "schedule.cron",
          "expected five fields (" + String.join(", ", FIELDS) + "), got " + fields.length);
      return;
    }
    for (int i = 0; i < fields.length; i++) {
      if (!field(fields[i], i)) {
        problems.add(
            job.place("schedule.cron"),
            "schedule.cron",
            "'"
                + fields[i]
                + "' is no "
                + FIELDS.get(i)
                + "; expected *, or numbers from "
                + LEAST[i]
                + " to "
                + GREATEST[i]
                + " with , - and /");
      }
    }
  }

  private static boolean field(String text, int at) {
    for (String part : text.split(",", -1)) {
      String[] step = part.split("/", -1);
      if (step.length > 2 || step.length == 2 && !NUMBER.matcher(step[1]).matches()) {
        return false;
      }
      if (step[0].equals("*")) {
        continue;
      }
      String[] range = step[0].split("-", -1);
      if (range.length > 2) {
        return false;
      }
      for (String end : range) {
        if (!value(end, at)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean value(String text, int at) {
    if (NUMBER.matcher(text).matches()) {
      int number = Integer.parseInt(text);
      return number >= LEAST[at] && number <= GREATEST[at];
    }
    return at == 3 && text.matches("(?i)" + MONTHS) || at == 4 && text.matches("(?i)" + DAYS);
  }
}
