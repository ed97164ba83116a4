"""SQL of what the trail told of a subject last, to be joined by sets; ``{...}`` are columns of the caller."""

LAST_BEFORE_SPAN = """
    SELECT y.event_type FROM (
        SELECT x.event_type, x.id, lead(x.event_type) OVER (ORDER BY x.id) AS next FROM audit_event x
        WHERE x.subject_type = %(subject_type)s AND x.subject_id = {subject} AND x.event_type = ANY(%(codes)s)
          AND x.transaction_id < %(since)s) y
    WHERE y.event_type <> %(undo)s AND y.next IS DISTINCT FROM %(undo)s
    ORDER BY y.id DESC LIMIT 1
"""
"""The newest event of one subject before the span of ``trail.LATEST_OF_EACH``, with the same parameters."""

ONLY_SUCH_IN_SPAN = """
    SELECT subject_id FROM audit_event
    WHERE transaction_id >= %(since)s AND transaction_id < %(seen)s AND subject_type = %(subject_type)s
      AND event_type = ANY(%(such)s::text[] || %(others)s::text[])
    GROUP BY subject_id HAVING bool_and(event_type = ANY(%(such)s))
"""
"""The subjects of which a span tells events of ``such`` and none of ``others``."""

LAST_ABOUT_PACK = """
    SELECT x.after FROM audit_event x
    WHERE x.pack_id = {pack} AND x.subject_type = {subject_type} AND x.transaction_id < {limit}
      AND x.event_type = ANY({codes})
    ORDER BY x.id DESC LIMIT 1
"""
"""What the newest event about a pack's rows, such as its decisions, wrote before a transaction."""

LAST_OF_SUBJECT = """
    SELECT x.event_type, x.actor_label, x.at, x.reason_code, x.reason, x.facts FROM audit_event x
    WHERE x.subject_type = {subject_type} AND x.subject_id = {subject} AND x.event_type = ANY({codes})
    ORDER BY x.id DESC LIMIT 1
"""
"""The newest event of some kinds about one row."""
