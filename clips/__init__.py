"""How clips are made: from a wish on the command line to files that a lecturer takes away.

    what is wanted     lecture, lecture_file, toml_text, toml_edit: the lecture as a file; wishes; profile
    what is stale      sources: what a clip is made from; records: what it was made from; store: beats filmed before;
                       plan: which are stale, and why; costs; status
    who works          job: what travels; pool: processes here; cluster: other machines
    the work           work: run a scene, or ask it; encoding: from frames to the stream of a beat
    what is delivered  joining, deliver, files: whole files under stable names; make: the way from a wish to them
    around it          report, advice, watch (saves), sweep, catalogue, showing, storyboard, answer_key, doctor

Manim is imported by the functions that draw, never by importing this package.
"""
