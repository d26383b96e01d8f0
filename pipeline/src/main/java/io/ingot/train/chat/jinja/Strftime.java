package io.ingot.train.chat.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** Python's {@code strftime} in the C locale. */
final class Strftime {
  private Strftime() {}

  static String format(LocalDateTime time, String format) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char kind = format.charAt(++i);
      boolean plain = kind == '-' && i + 1 < format.length();
      if (plain) {
        kind = format.charAt(++i);
      }
      String field = field(time, kind);
      out.append(plain ? withoutZeros(field) : field);
    }
    return out.toString();
  }

  private static String withoutZeros(String field) {
    String shorter = field.replaceFirst("^[0 ]+", "");
    return shorter.isEmpty() ? "0" : shorter;
  }

  private static String field(LocalDateTime t, char kind) {
    int sunday = t.getDayOfWeek().getValue() % 7;
    return switch (kind) {
      case 'Y' -> Integer.toString(t.getYear());
      case 'y' -> two(t.getYear() % 100);
      case 'C' -> two(t.getYear() / 100);
      case 'm' -> two(t.getMonthValue());
      case 'd' -> two(t.getDayOfMonth());
      case 'e' -> String.format("%2d", t.getDayOfMonth());
      case 'H' -> two(t.getHour());
      case 'I' -> two((t.getHour() + 11) % 12 + 1);
      case 'M' -> two(t.getMinute());
      case 'S' -> two(t.getSecond());
      case 'f' -> String.format("%06d", t.getNano() / 1000);
      case 'p' -> t.getHour() < 12 ? "AM" : "PM";
      case 'j' -> String.format("%03d", t.getDayOfYear());
      case 'a' -> t.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> t.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> t.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> t.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'w' -> Integer.toString(sunday);
      case 'u' -> Integer.toString(t.getDayOfWeek().getValue());
      case 'U' -> two((t.getDayOfYear() + 6 - sunday) / 7);
      case 'W' -> two((t.getDayOfYear() + 6 - (sunday + 6) % 7) / 7);
      case 'V' -> two(t.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> Integer.toString(t.get(IsoFields.WEEK_BASED_YEAR));
      case 'D', 'x' -> format(t, "%m/%d/%y");
      case 'F' -> format(t, "%Y-%m-%d");
      case 'T', 'X' -> format(t, "%H:%M:%S");
      case 'R' -> format(t, "%H:%M");
      case 'r' -> format(t, "%I:%M:%S %p");
      case 'c' -> format(t, "%a %b %e %H:%M:%S %Y");
      case 's' -> Long.toString(ChronoUnit.SECONDS.between(LocalDateTime.of(1970, 1, 1, 0, 0), t));
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> "%" + kind;
    };
  }

  private static String two(int value) {
    return String.format("%02d", value);
  }
}
