// Written by schema/generate.mjs. Do not edit.
import type { Duty } from '../duties/duty.js';
/** Duties of the law and of good practice (schema/duties). */
export const duties: Duty[] = [
 {
  "id": "eu-ai-act/5-1",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "prohibited-practice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 5(1)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_5/par_1"
  },
  "tell": [
   "public",
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "any": [
      {
       "fact": "deployer",
       "is": "yes"
      },
      {
       "fact": "provider",
       "is": "yes"
      }
     ]
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "class",
     "is": "prohibited"
    },
    {
     "not": {
      "fact": "article5Exception",
      "is": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(a), and for (ba) and (bb) Regulation (EU) 2026/1744",
    "on": [
     {
      "if": {
       "fact": "article5",
       "someNot": [
        "A5-1-ba",
        "A5-1-bb"
       ]
      },
      "from": "2025-02-02"
     },
     {
      "from": "2026-12-02"
     }
    ]
   }
  ],
  "met": {
   "never": true
  },
  "bars": true,
  "settled": {
   "is": true,
   "note": "Nothing but the end of use meets it. Art 111(2) leaves no time."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/5-2-assessment",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "rights-assessment",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 5(2)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_5/par_2"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "all": [
      {
       "fact": "article5",
       "some": [
        "A5-1-h"
       ]
      },
      {
       "fact": "article5Exception",
       "is": "yes"
      }
     ]
    },
    {
     "fact": "lawEnforcement",
     "is": "yes"
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(a)",
    "on": [
     {
      "from": "2025-02-02"
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "fria"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "Real-time remote biometric identification may be authorised only after a fundamental rights impact assessment as provided for in Art 27."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/5-2-registration",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "non-public-registration",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 5(2)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_5/par_2"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "all": [
      {
       "fact": "article5",
       "some": [
        "A5-1-h"
       ]
      },
      {
       "fact": "article5Exception",
       "is": "yes"
      }
     ]
    },
    {
     "fact": "lawEnforcement",
     "is": "yes"
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(a)",
    "on": [
     {
      "from": "2025-02-02"
     }
    ]
   },
   {
    "reading": "The EU database of Art 49 exists from 2 August 2026",
    "on": [
     {
      "from": "2026-08-02"
     }
    ]
   }
  ],
  "met": {
   "field": "nonPublicRegistration"
  },
  "settled": {
   "is": false,
   "note": "In urgency use may begin before the registration, which then follows without undue delay. Art 49(4) puts it into the non-public section."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/6-4",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "derogation-registration",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 6(4) and 49(2)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_49/par_2"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "derogationClaimed",
     "is": "yes"
    },
    {
     "not": {
      "any": [
       {
        "fact": "annexIII",
        "every": [
         "AIII-6-a",
         "AIII-6-b",
         "AIII-6-c",
         "AIII-6-d",
         "AIII-6-e",
         "AIII-7-a",
         "AIII-7-b",
         "AIII-7-c",
         "AIII-7-d"
        ]
       },
       {
        "all": [
         {
          "fact": "annexIII",
          "every": [
           "AIII-1-a",
           "AIII-1-b",
           "AIII-1-c",
           "AIII-6-a",
           "AIII-6-b",
           "AIII-6-c",
           "AIII-6-d",
           "AIII-6-e",
           "AIII-7-a",
           "AIII-7-b",
           "AIII-7-c",
           "AIII-7-d"
          ]
         },
         {
          "any": [
           {
            "fact": "lawEnforcement",
            "is": "yes"
           },
           {
            "fact": "migrationControl",
            "is": "yes"
           }
          ]
         }
        ]
       }
      ]
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "There is nothing to derogate from before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "Art 111(2) speaks of high-risk systems, and this is none; what was put into service before was not to be registered",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "any": []
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "euDatabaseUrl"
  },
  "settled": {
   "is": false,
   "note": "Whether Art 49(2) is deferred with Art 6, and whether it asks for what was in service before, is not settled. It binds the provider who claims the exception."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-2",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "human-oversight",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(2)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_2"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "part": "oversight"
  },
  "bars": true,
  "settled": {
   "is": true,
   "note": "Competence, training and authority are stated with the role."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-5-incident-authority",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "authority-notice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(5)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_5"
  },
  "tell": [
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "incidents": {
    "classes": [
     "A3-49-a",
     "A3-49-b",
     "A3-49-c",
     "A3-49-d"
    ],
    "parties": [
     [
      "market-surveillance-authority"
     ]
    ],
    "days": {}
   }
  },
  "settled": {
   "is": true,
   "note": "After the provider, the importer or distributor and the market surveillance authority."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-5-incident-provider",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "provider-notice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(5)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_5"
  },
  "tell": [
   "provider"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    },
    {
     "not": {
      "fact": "provider",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "incidents": {
    "classes": [
     "A3-49-a",
     "A3-49-b",
     "A3-49-c",
     "A3-49-d"
    ],
    "parties": [
     [
      "provider"
     ]
    ],
    "days": {}
   }
  },
  "settled": {
   "is": true,
   "note": "Immediately, first the provider. Sensitive operational data of law enforcement are excepted."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-5-risk",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "risk-notice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(5)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_5"
  },
  "tell": [
   "provider",
   "distributor",
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "suspensions": {
    "causes": [
     "risk-found"
    ],
    "parties": [
     [
      "provider",
      "distributor"
     ],
     [
      "market-surveillance-authority"
     ]
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "On a risk within the meaning of Art 79(1): suspend, and without undue delay inform the provider or distributor and the authority. Of each deployment the last suspension is judged."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-6",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "log-retention",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(6)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_6"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "logsKept",
   "met": [
    "six-months-or-more",
    "by-other-law",
    "not-ours"
   ],
   "notDone": [
    "less-than-six-months"
   ]
  },
  "settled": {
   "is": true,
   "note": "Only logs under the deployer's control."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-7",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "worker-information",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(7)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_7"
  },
  "tell": [
   "works-council"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    },
    {
     "fact": "atWork",
     "is": "yes"
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "workersInformed"
  },
  "settled": {
   "is": true,
   "note": "Workers and their representatives are informed before use."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-10",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "use-report",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(10)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_10"
  },
  "tell": [
   "market-surveillance-authority",
   "data-protection-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "annexIII",
     "some": [
      "AIII-1-a"
     ]
    },
    {
     "fact": "lawEnforcement",
     "is": "yes"
    },
    {
     "not": {
      "fact": "article5",
      "some": [
       "A5-1-h"
      ]
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "use-report"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ],
    "everyMonths": 12
   }
  },
  "settled": {
   "is": false,
   "note": "Annual report to the market surveillance and data protection authorities on post-remote biometric identification. Authorisations of single uses are not recorded here. Whether the report is due outside law enforcement is not settled; here it is not."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/26-11",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "people-informed",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(11)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_26/par_11"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "route",
     "is": "annex-iii"
    },
    {
     "fact": "decisions",
     "in": [
      "makes",
      "assists"
     ]
    },
    {
     "any": [
      {
       "fact": "annexIII",
       "some": [
        "AIII-2",
        "AIII-3-a",
        "AIII-3-b",
        "AIII-3-c",
        "AIII-3-d",
        "AIII-4-a",
        "AIII-4-b",
        "AIII-5-a",
        "AIII-5-b",
        "AIII-5-c",
        "AIII-5-d",
        "AIII-8-a",
        "AIII-8-b"
       ]
      },
      {
       "not": {
        "fact": "lawEnforcement",
        "is": "yes"
       }
      }
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "told": {}
  },
  "settled": {
   "is": true,
   "note": "In law enforcement Art 13 of Directive (EU) 2016/680 applies instead."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/27-1",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "rights-assessment",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 27(1)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_27/par_1"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    },
    {
     "any": [
      {
       "fact": "bodyGovernedByPublicLaw",
       "is": "yes"
      },
      {
       "fact": "annexIII",
       "some": [
        "AIII-5-b",
        "AIII-5-c"
       ]
      }
     ]
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "route",
     "is": "annex-iii"
    },
    {
     "fact": "annexIII",
     "someNot": [
      "AIII-2"
     ]
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "fria"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ],
    "validUntil": true,
    "perhaps": [
     "iama",
     "fraia",
     "aiia",
     "unspecified"
    ]
   }
  },
  "bars": true,
  "settled": {
   "is": true,
   "note": "An assessment of a similar case may be relied on (27(2)): it is recorded as an assessment of this system, with a link. The law knows no expiry: validUntil is the city's own word that an update is due."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/27-3",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "rights-assessment-notice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 27(3)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_27/par_3"
  },
  "tell": [
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    },
    {
     "any": [
      {
       "fact": "bodyGovernedByPublicLaw",
       "is": "yes"
      },
      {
       "fact": "annexIII",
       "some": [
        "AIII-5-b",
        "AIII-5-c"
       ]
      }
     ]
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "route",
     "is": "annex-iii"
    },
    {
     "fact": "annexIII",
     "someNot": [
      "AIII-2"
     ]
    },
    {
     "fact": "rightsAssessed",
     "is": "yes"
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "assessmentTold": {
    "kinds": [
     "fria"
    ],
    "parties": [
     "market-surveillance-authority"
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "Once the assessment is made. Art 46(1) may exempt."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/43",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "conformity-assessment",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 16(f) and 43",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_43"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "conformity"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ],
    "validUntil": true,
    "perhaps": [
     "unspecified"
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "Before placing on the market or putting into service."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/47",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "declaration-of-conformity",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 16(g) and 47",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_47"
  },
  "tell": [
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113(c): Sections 1 to 3 of Chapter III",
    "on": [
     {
      "if": {
       "fact": "route",
       "is": "annex-iii"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "if": {
       "fact": "route",
       "is": "annex-i-a"
      },
      "from": "2028-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2028-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "declaration-of-conformity"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "Kept for ten years for the authorities; publishing it is not required."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/49-1",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "provider-registration",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 16(i) and 49(1)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_49/par_1"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "annexIII",
     "someNot": [
      "AIII-2"
     ]
    },
    {
     "not": {
      "any": [
       {
        "fact": "annexIII",
        "every": [
         "AIII-6-a",
         "AIII-6-b",
         "AIII-6-c",
         "AIII-6-d",
         "AIII-6-e",
         "AIII-7-a",
         "AIII-7-b",
         "AIII-7-c",
         "AIII-7-d",
         "AIII-2"
        ]
       },
       {
        "all": [
         {
          "fact": "annexIII",
          "every": [
           "AIII-1-a",
           "AIII-1-b",
           "AIII-1-c",
           "AIII-6-a",
           "AIII-6-b",
           "AIII-6-c",
           "AIII-6-d",
           "AIII-6-e",
           "AIII-7-a",
           "AIII-7-b",
           "AIII-7-c",
           "AIII-7-d",
           "AIII-2"
          ]
         },
         {
          "any": [
           {
            "fact": "lawEnforcement",
            "is": "yes"
           },
           {
            "fact": "migrationControl",
            "is": "yes"
           }
          ]
         }
        ]
       }
      ]
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "euDatabaseUrl"
  },
  "settled": {
   "is": false,
   "note": "Both readings are told; missing only where both say so."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/49-3",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "eu-database",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 26(8) and 49(3)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_49/par_3"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    },
    {
     "fact": "publicAuthority",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "annexIII",
     "someNot": [
      "AIII-2"
     ]
    },
    {
     "not": {
      "any": [
       {
        "fact": "annexIII",
        "every": [
         "AIII-6-a",
         "AIII-6-b",
         "AIII-6-c",
         "AIII-6-d",
         "AIII-6-e",
         "AIII-7-a",
         "AIII-7-b",
         "AIII-7-c",
         "AIII-7-d",
         "AIII-2"
        ]
       },
       {
        "all": [
         {
          "fact": "annexIII",
          "every": [
           "AIII-1-a",
           "AIII-1-b",
           "AIII-1-c",
           "AIII-6-a",
           "AIII-6-b",
           "AIII-6-c",
           "AIII-6-d",
           "AIII-6-e",
           "AIII-7-a",
           "AIII-7-b",
           "AIII-7-c",
           "AIII-7-d",
           "AIII-2"
          ]
         },
         {
          "any": [
           {
            "fact": "lawEnforcement",
            "is": "yes"
           },
           {
            "fact": "migrationControl",
            "is": "yes"
           }
          ]
         }
        ]
       }
      ]
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "euDatabaseUrl"
  },
  "settled": {
   "is": false,
   "note": "Both readings are told; missing only where both say so."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/49-4",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "non-public-registration",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 49(4)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_49/par_4"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "any": [
      {
       "fact": "provider",
       "is": "yes"
      },
      {
       "all": [
        {
         "fact": "deployer",
         "is": "yes"
        },
        {
         "fact": "publicAuthority",
         "is": "yes"
        }
       ]
      }
     ]
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "any": [
      {
       "fact": "class",
       "is": "high"
      },
      {
       "fact": "derogationClaimed",
       "is": "yes"
      }
     ]
    },
    {
     "any": [
      {
       "fact": "annexIII",
       "some": [
        "AIII-6-a",
        "AIII-6-b",
        "AIII-6-c",
        "AIII-6-d",
        "AIII-6-e",
        "AIII-7-a",
        "AIII-7-b",
        "AIII-7-c",
        "AIII-7-d"
       ]
      },
      {
       "all": [
        {
         "fact": "annexIII",
         "some": [
          "AIII-1-a",
          "AIII-1-b",
          "AIII-1-c",
          "AIII-6-a",
          "AIII-6-b",
          "AIII-6-c",
          "AIII-6-d",
          "AIII-6-e",
          "AIII-7-a",
          "AIII-7-b",
          "AIII-7-c",
          "AIII-7-d"
         ]
        },
        {
         "any": [
          {
           "fact": "lawEnforcement",
           "is": "yes"
          },
          {
           "fact": "migrationControl",
           "is": "yes"
          }
         ]
        }
       ]
      }
     ]
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "nonPublicRegistration"
  },
  "settled": {
   "is": false,
   "note": "A date, never an address: the section is not public. Points 6 and 7 are law enforcement, migration, asylum and border control by their own words."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/49-5",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "national-registration",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 49(5)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_49/par_5"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "any": [
      {
       "fact": "deployer",
       "is": "yes"
      },
      {
       "fact": "provider",
       "is": "yes"
      }
     ]
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "annexIII",
     "some": [
      "AIII-2"
     ]
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "It is for the provider, as in Art 49(1)",
    "on": [
     {
      "if": {
       "fact": "provider",
       "is": "yes"
      },
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "nationalRegistration"
  },
  "settled": {
   "is": false,
   "note": "The law does not say who registers, nor where; few Member States have a register."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/50-1",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "transparency",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 50(1)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_50/par_1"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "article50",
     "some": [
      "A50-1"
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113",
    "on": [
     {
      "from": "2026-08-02"
     }
    ]
   },
   {
    "reading": "Art 111(2) speaks of this Regulation as a whole: what is high-risk and was there before has until 2030",
    "on": [
     {
      "if": {
       "fact": "class",
       "is": "high"
      },
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "from": "2026-08-02"
     }
    ]
   }
  ],
  "met": {
   "told": {}
  },
  "settled": {
   "is": false,
   "note": "It binds the provider. Whether Art 111(2) leaves time to what is high-risk is not settled. Not where it is obvious, and not in law enforcement unless the public can report offences with it."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/50-2",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "transparency",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 50(2)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_50/par_2"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "article50",
     "some": [
      "A50-2"
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113 and 111(4)",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(4)",
       "inServiceBefore": "2026-08-02",
       "from": "2026-12-02"
      }
     }
    ]
   },
   {
    "reading": "Art 111(2) speaks of this Regulation as a whole: what is high-risk and was there before has until 2030",
    "on": [
     {
      "if": {
       "fact": "class",
       "is": "high"
      },
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(4)",
       "inServiceBefore": "2026-08-02",
       "from": "2026-12-02"
      }
     }
    ]
   }
  ],
  "met": {
   "told": {
    "by": [
     "machine-readable-marking"
    ]
   }
  },
  "settled": {
   "is": false,
   "note": "It binds the provider."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/50-3",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "transparency",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 50(3)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_50/par_3"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "article50",
     "some": [
      "A50-3"
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113",
    "on": [
     {
      "from": "2026-08-02"
     }
    ]
   },
   {
    "reading": "Art 111(2) speaks of this Regulation as a whole: what is high-risk and was there before has until 2030",
    "on": [
     {
      "if": {
       "fact": "class",
       "is": "high"
      },
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "from": "2026-08-02"
     }
    ]
   }
  ],
  "met": {
   "told": {}
  },
  "settled": {
   "is": false,
   "note": "Not where the law permits it to detect, prevent or investigate criminal offences."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/50-4",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "transparency",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 50(4)",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_50/par_4"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "article50",
     "some": [
      "A50-4-1",
      "A50-4-2"
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 113",
    "on": [
     {
      "from": "2026-08-02"
     }
    ]
   },
   {
    "reading": "Art 111(2) speaks of this Regulation as a whole: what is high-risk and was there before has until 2030",
    "on": [
     {
      "if": {
       "fact": "class",
       "is": "high"
      },
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     },
     {
      "from": "2026-08-02"
     }
    ]
   }
  ],
  "met": {
   "told": {}
  },
  "settled": {
   "is": false,
   "note": "A text that a person reviewed and somebody answers for needs no disclosure: then it is not classified under this point."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/73",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "incident-report",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 73",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_73"
  },
  "tell": [
   "market-surveillance-authority"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "provider",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "class",
     "is": "high"
    },
    {
     "not": {
      "fact": "route",
      "is": "annex-i-b"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "incidents": {
    "classes": [
     "A3-49-a",
     "A3-49-b",
     "A3-49-c",
     "A3-49-d"
    ],
    "parties": [
     [
      "market-surveillance-authority"
     ]
    ],
    "days": {
     "A3-49-b": 2,
     "*": 15
    }
   }
  },
  "settled": {
   "is": false,
   "note": "Within 15 days; two days for Art 3(49)(b), ten days after a death, which the class does not tell."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "eu-ai-act/86",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "explanation",
  "kind": "good-practice",
  "article": {
   "cite": "Regulation (EU) 2024/1689 Art 86",
   "eli": "http://data.europa.eu/eli/reg/2024/1689/art_86"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "all": [
    {
     "fact": "area",
     "in": [
      "union"
     ]
    },
    {
     "fact": "deployer",
     "is": "yes"
    }
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "class",
     "is": "high"
    },
    {
     "fact": "route",
     "is": "annex-iii"
    },
    {
     "fact": "annexIII",
     "someNot": [
      "AIII-2"
     ]
    },
    {
     "fact": "decisions",
     "in": [
      "makes",
      "assists"
     ]
    }
   ]
  },
  "dates": [
   {
    "reading": "The provision stands outside Sections 1 to 3 of Chapter III, which alone Art 113(c) defers",
    "on": [
     {
      "from": "2026-08-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2026-08-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   },
   {
    "reading": "No system is high-risk before Art 6 applies",
    "on": [
     {
      "from": "2027-12-02",
      "legacy": {
       "source": "Art 111(2)",
       "inServiceBefore": "2027-12-02",
       "endedBy": "significantDesignChange",
       "from": "2030-08-02",
       "if": {
        "fact": "publicAuthority",
        "is": "yes"
       }
      }
     }
    ]
   }
  ],
  "met": {
   "field": "appeal"
  },
  "settled": {
   "is": false,
   "note": "The right is a person's, on request: the law asks nobody to publish how. Good practice: the record says how to ask."
  },
  "sources": [
   "32024R1689-20260727"
  ]
 },
 {
  "id": "fr/l311-3-1",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "decision-mention",
  "kind": "law",
  "article": {
   "cite": "Code des relations entre le public et l’administration L311-3-1, R311-3-1-1"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "fact": "publicAuthority",
   "is": "yes"
  },
  "applies": {
   "all": [
    {
     "fact": "country",
     "is": "FR"
    },
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use"
     ]
    },
    {
     "fact": "decisions",
     "in": [
      "makes",
      "assists"
     ]
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Décret n° 2017-330",
    "on": [
     {
      "from": "2017-09-01"
     }
    ]
   }
  ],
  "met": {
   "told": {
    "by": [
     "letter",
     "app-notice",
     "web-page"
    ]
   }
  },
  "settled": {
   "is": false,
   "note": "Secrets of L311-5 excepted. Individual decisions taken on the basis of an algorithm mention it. Since 1 July 2020 a fully automated decision without the mention is void."
  },
  "sources": [
   "CRPA"
  ]
 },
 {
  "id": "fr/l312-1-3",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "rules-published",
  "kind": "law",
  "article": {
   "cite": "Code des relations entre le public et l’administration L312-1-3"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "fact": "publicAuthority",
   "is": "yes"
  },
  "applies": {
   "all": [
    {
     "fact": "country",
     "is": "FR"
    },
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "decisions",
     "in": [
      "makes",
      "assists"
     ]
    },
    {
     "fact": "staff",
     "atLeast": 50
    },
    {
     "not": {
      "fact": "lawEnforcement",
      "known": "yes"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "Loi n° 2016-1321 Art 8",
    "on": [
     {
      "from": "2018-10-07"
     }
    ]
   }
  ],
  "met": {
   "field": "technique"
  },
  "settled": {
   "is": false,
   "note": "Bodies of 50 or more full-time equivalents publish the rules of their main algorithms that ground individual decisions; which are main ones is not stated here."
  },
  "sources": [
   "CRPA"
  ]
 },
 {
  "id": "fr/r311-3-1-2",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "explanation",
  "kind": "good-practice",
  "article": {
   "cite": "Code des relations entre le public et l’administration R311-3-1-2"
  },
  "tell": [
   "affected-people"
  ],
  "binds": {
   "fact": "publicAuthority",
   "is": "yes"
  },
  "applies": {
   "all": [
    {
     "fact": "country",
     "is": "FR"
    },
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "decisions",
     "in": [
      "makes",
      "assists"
     ]
    }
   ]
  },
  "dates": [
   {
    "reading": "Décret n° 2017-330",
    "on": [
     {
      "from": "2017-09-01"
     }
    ]
   }
  ],
  "met": {
   "field": "appeal"
  },
  "settled": {
   "is": true,
   "note": "On request: degree and mode of contribution, data and sources, parameters and weights, operations. Good practice: the record says how to ask."
  },
  "sources": [
   "CRPA"
  ]
 },
 {
  "id": "gdpr/33",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "breach-notice",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2016/679 Art 33",
   "eli": "http://data.europa.eu/eli/reg/2016/679/art_33"
  },
  "tell": [
   "data-protection-authority"
  ],
  "binds": {
   "fact": "area",
   "in": [
    "union",
    "eea"
   ]
  },
  "applies": {
   "all": []
  },
  "dates": [
   {
    "reading": "Art 99(2)",
    "on": [
     {
      "from": "2018-05-25"
     }
    ]
   }
  ],
  "met": {
   "incidents": {
    "classes": [
     "data-breach"
    ],
    "parties": [
     [
      "data-protection-authority"
     ]
    ],
    "days": {
     "*": 3
    },
    "if": "riskToPersons"
   }
  },
  "settled": {
   "is": true,
   "note": "Within 72 hours, unless the breach is unlikely to result in a risk to people."
  },
  "sources": [
   "32016R0679"
  ]
 },
 {
  "id": "gdpr/35",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "data-protection-assessment",
  "kind": "law",
  "article": {
   "cite": "Regulation (EU) 2016/679 Art 35 or Directive (EU) 2016/680 Art 27",
   "eli": "http://data.europa.eu/eli/reg/2016/679/art_35"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "fact": "area",
   "in": [
    "union",
    "eea"
   ]
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "fact": "personalData",
     "is": "yes"
    },
    {
     "fact": "highRiskProcessing",
     "is": "yes"
    }
   ]
  },
  "dates": [
   {
    "reading": "Art 99(2)",
    "on": [
     {
      "from": "2018-05-25"
     }
    ]
   }
  ],
  "met": {
   "assessment": {
    "kinds": [
     "dpia"
    ],
    "met": [
     "approved",
     "approved-with-conditions",
     "no-result-published"
    ],
    "rejected": [
     "rejected"
    ],
    "notDone": [
     "not-performed"
    ],
    "validUntil": true,
    "perhaps": [
     "unspecified"
    ]
   }
  },
  "settled": {
   "is": true,
   "note": "Only where the record states a likely high risk. A check whether an assessment is needed is not one."
  },
  "sources": [
   "32016R0679",
   "32016L0680"
  ]
 },
 {
  "id": "vitrine/appeal",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "appeal",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "fact": "status",
   "in": [
    "piloted",
    "in-use",
    "suspended"
   ]
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "field": "appeal"
  },
  "settled": {
   "is": true,
   "note": "Good practice."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/correction-answer",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "correction-answer",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "all": []
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "requests": true
  },
  "settled": {
   "is": true,
   "note": "A reader's report is answered by the day that the city named."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/legal-basis",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "legal-basis",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "fact": "status",
   "in": [
    "piloted",
    "in-use",
    "suspended"
   ]
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "field": "legalBasis"
  },
  "settled": {
   "is": true,
   "note": "Good practice."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/oversight-figures",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "oversight-figures",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "fact": "status",
   "in": [
    "piloted",
    "in-use",
    "suspended"
   ]
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "figures": {
    "everyMonths": 12
   }
  },
  "settled": {
   "is": true,
   "note": "Good practice: once a year, or the statement that nobody measured."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/review",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "review",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "fact": "status",
   "in": [
    "piloted",
    "in-use",
    "suspended"
   ]
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "review": true
  },
  "settled": {
   "is": true,
   "note": "The review that the record itself announces."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/risk-class",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "risk-class",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "all": [
    {
     "fact": "status",
     "in": [
      "piloted",
      "in-use",
      "suspended"
     ]
    },
    {
     "not": {
      "fact": "aiSystem",
      "known": "no"
     }
    }
   ]
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "part": "risk"
  },
  "settled": {
   "is": true,
   "note": "The law asks nobody to publish a classification; without one nobody can tell which duties apply."
  },
  "sources": [
   "Vitrine"
  ]
 },
 {
  "id": "vitrine/withholding-ended",
  "version": 1,
  "since": "2026-11-27",
  "obligation": "withholding-ended",
  "kind": "good-practice",
  "article": {
   "cite": "Vitrine"
  },
  "tell": [
   "public"
  ],
  "binds": {
   "all": []
  },
  "applies": {
   "all": []
  },
  "dates": [
   {
    "reading": "This register asks for it",
    "on": [
     {
      "from": null
     }
    ]
   }
  ],
  "met": {
   "withheldUntil": true
  },
  "settled": {
   "is": true,
   "note": "Whoever withholds a field until a day publishes it after that day, or says why not."
  },
  "sources": [
   "Vitrine"
  ]
 }
];
/** Duties that no event of a system could meet: they are named and never judged. */
export const notRecordedHere: { cite: string; why: string }[] = [{"cite":"Regulation (EU) 2024/1689 Art 4","why":"AI literacy is a duty of the organisation, not of a system; no event of a system could meet it."},{"cite":"Regulation (EU) 2024/1689 Art 5(3)","why":"The authorisation of each use is an act of a court or an authority. Court rulings and orders are not recorded yet."},{"cite":"Regulation (EU) 2024/1689 Art 16(a) to (e), (h), (j) to (l), 48","why":"The provider's technical documentation, quality management and marking are not in the record of a deployer."},{"cite":"Regulation (EU) 2024/1689 Art 25","why":"It makes a deployer the provider: a substantial modification by the organisation (ChangeSystem) counts as the role of provider here."},{"cite":"Regulation (EU) 2024/1689 Art 26(1), (4), (9), (12)","why":"Use as instructed, quality of input data, use of the provider's information and cooperation leave no event."},{"cite":"Regulation (EU) 2024/1689 Art 5(4)","why":"Notices of each use of real-time identification go to the authorities under national law."},{"cite":"Regulation (EU) 2024/1689 Art 6(4), first sentence","why":"The provider's documentation of its assessment is not in the record."},{"cite":"Regulation (EU) 2024/1689 Art 26(8), second sentence","why":"Whether the provider has registered the system is not stated apart from the organisation's own entry."},{"cite":"Regulation (EU) 2024/1689 Art 26(10), first and second subparagraph","why":"Authorisations of single uses are acts of a court or an authority."},{"cite":"Regulation (EU) 2024/1689 Art 27(2)","why":"That an element of an assessment has changed is the deployer's own finding."},{"cite":"Regulation (EU) 2016/679 Art 34","why":"Whether people were told of a breach depends on a high risk that is not stated."}];
