"""The demonstration: an invented register of the real province of Loei.

Places, programmes and plans are real; producers, people, numbers, scores and
stories are not. ``data/`` holds the words, ``drawings/`` the pictures,
``loading`` enters both through the actions everybody else uses.
"""
